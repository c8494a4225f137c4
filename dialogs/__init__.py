"""dialogs decides: one pure function from a conversation and a turn to what happens next.

No clock, no network, no database, no randomness: all of that comes in with the turn. Effects are
values; the gateway carries them out in one transaction (T2). What a citizen reads stands in
phrases/, what is asked in which order in flows/.
"""
