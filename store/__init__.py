"""store remembers: SQLModel tables behind functions that take a connection. No decisions.

Every function that writes takes an open transaction, so the caller decides what is atomic; none
opens one of its own. Rows never leave: what comes out are the frozen types of channels, dialogs
and nlu, or small ones defined here. The same code runs on SQLite and on PostgreSQL; the suite
under tests/store/ runs on both.
"""
