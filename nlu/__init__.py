"""nlu understands: a text becomes an Understanding, and nothing else happens.

No store, no network (but for engines that ask a server), no clock. What an engine says is a
prediction with a confidence; deciding what to do with it belongs to dialogs.
"""
