"""Speed, measured as a ratio against a baseline in the same run. `make bench` runs all of it.

Each part starts what it measures in processes of its own: the server, the load, the peer that
receives. The figures that it prints are the ones to quote, with the machine that it names.
"""
