"""Pages that anyone may see: how a complaint stands, under its number.

A ticket number is no secret. So a page says what a stranger may know: category, kelurahan, status
and dates; words and photos only after a moderator has published them (`store/publishing.py`).

The privacy notice says what is true of everybody.
"""
