"""A city that nobody lives in: complaints of a year, for a look around and for measuring.

    city.py     where, and in what words
    year.py     when, and how far it has come
    life.py     one complaint with all that belongs to it, as rows
    filling.py  many of them into a database, and what guards a real one

Texts are our own corpus, places our own gazetteer; no citizen ever wrote or was any of it. Its
addresses are of an account that no gateway serves (ACCOUNT), so nothing is ever sent to anybody.
"""
