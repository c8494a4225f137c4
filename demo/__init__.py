"""The demonstration: a citizen files on every channel, on this machine, without any account.

`make demo`. Whatever plays a provider is started here and stopped here; nothing is left but the
table that is printed. Add a channel: a function in `citizens.py`, and its name in `CITIZENS`.
"""
