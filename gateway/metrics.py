"""What Prometheus may know: counts and durations by channel, never a citizen's words or address."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Meters:
    """One registry per gateway, so that two in one test do not count together."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = Counter(
            "kanal_messages_accepted",
            "Messages by what T1 did with them",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.refused = Counter(
            "kanal_deliveries_refused",
            "Deliveries that were not kept: bad signature, store away",
            ["channel", "reason"],
            registry=self.registry,
        )
        self.turns = Counter(
            "kanal_turns",
            "Turns decided, by intent",
            ["channel", "intent"],
            registry=self.registry,
        )
        self.failures = Counter(
            "kanal_turn_failures",
            "Turns that raised and will be tried again or read by a person",
            ["channel"],
            registry=self.registry,
        )
        self.filed = Counter(
            "kanal_complaints_filed",
            "Complaints filed",
            ["channel", "category"],
            registry=self.registry,
        )
        self.emergencies = Counter(
            "kanal_emergencies",
            "Complaints filed that tell of danger to life",
            ["channel"],
            registry=self.registry,
        )
        self.told_again = Counter(
            "kanal_complaint_events",
            "What citizens added to filed complaints: confirmed, dispute, repeat, ...",
            ["kind"],
            registry=self.registry,
        )
        self.tasks = Counter(
            "kanal_tasks",
            "Tasks given to people, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.sends = Counter(
            "kanal_sends",
            "Attempts to send, by outcome",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.channel_up = Gauge(
            "kanal_channel_up",
            "1 while an account of a channel works, 0 while it is held, broken or off",
            ["channel", "account"],
            registry=self.registry,
        )
        self.photos = Counter(
            "kanal_photos",
            "Attachments kept or refused",
            ["channel", "outcome"],
            registry=self.registry,
        )
        self.understand_s = Histogram(
            "kanal_understand_seconds",
            "Time the engine took per batch",
            registry=self.registry,
            buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2.0),
        )
        self.fallbacks = Counter(
            "kanal_understand_fallbacks",
            "Texts that the embedded engine answered in place of the chosen one, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.lookups = Counter(
            "kanal_place_lookups",
            "Questions to the network about a place, by who was asked and what came of it",
            ["asked", "outcome"],
            registry=self.registry,
        )
        self.models = Counter(
            "kanal_model_changes",
            "New models that the running gateway took, or refused because they were damaged",
            ["outcome"],
            registry=self.registry,
        )
        self.waiting = Gauge(
            "kanal_inbox_waiting", "Messages not answered yet", registry=self.registry
        )
