"""Channels speak: one folder per channel, bytes on one side, messages on the other.

An adapter receives, parses, renders and sends. It never writes to the store and never
decides what to say; one that does escapes deduplication, retry and redaction, silently.
Parsing and rendering are pure (`payload.py`), so every delivery can be read again from the
journal. Add a channel: docs/howto/add-a-channel.md
"""
