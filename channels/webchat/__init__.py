"""The web chat: a page, a socket and photos at the gateway's own door. See README.md."""
