"""What a question to the network can come to, beside its answer."""

from __future__ import annotations


class LookupFailedError(Exception):
    """A question to the network without an answer; the message is the reason, in a word.

    open (left alone for a while) | late (no time left) | failed | unsafe (must not be asked)
    """
