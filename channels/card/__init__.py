"""The card: a question of another channel, answered once on a page with a map. See README.md."""
