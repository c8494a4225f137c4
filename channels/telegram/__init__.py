"""Telegram: a bot that citizens write to, by polling or by webhook. See README.md."""
