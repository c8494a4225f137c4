"""Teaching: what would teach most, a candidate beside the current model, promote and roll back.

asking.py      the most instructive reports
learning.py    corrections -> a judged candidate; the command alone imports it (it trains)
runs.py        a training as every process sees it: begun, told of, ended
promotion.py   a candidate becomes the current model, or an earlier one does again
trainer.py     the button: the same `kanal nlu learn`, in a process of its own
"""
