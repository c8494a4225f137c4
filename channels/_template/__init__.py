"""What `make channel` copies: a whole channel for an invented provider. See README.md."""
