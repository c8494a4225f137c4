"""Mail: an SMTP listener that citizens write to; answers by a relay or as files. See README.md."""
