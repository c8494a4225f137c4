"""Rasa beside the gateway: its environment, training on our corpus, its server on loopback.

An option to measure the embedded engine against, and to use instead of it: `nlu.engine: rasa`.
`python -m nlu.rasa env | train | serve`; `make rasa` and `make rasa-serve` call it.
"""
