"""gateway runs: the only room that holds wire, clock and transactions."""

__version__ = "0.1.0"
