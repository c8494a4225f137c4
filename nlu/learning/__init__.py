"""Learning from corrections: a word of a moderator becomes a lesson, lessons become a candidate.

Pure: no store, no clock, no file but the test set. What is promoted is kept by nlu/shelf.py.
In reading order:

    labels.py      what a correction may say
    correction.py  a correction as learning sees it, its text masked
    likeness.py    which texts are nearly the same
    guard.py       vandalism: who is heard, who is held out and why
    curriculum.py  corrections -> weighed lessons
    balance.py     how frequent each category is, as corrections tell
    candidate.py   lessons -> a model in memory, and one that has not seen some of them
    frozen.py      the test set that is never taught
    bootstrap.py   the difference between two models, with its lower bound
    verdict.py     candidate against current model: paired bootstrap, promote or refuse
    queue.py       what a moderator's minute would teach most

The rules and their reasons stand in docs/nlu.md, "Learning".
"""
