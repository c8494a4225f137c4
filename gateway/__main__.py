"""`python -m gateway` is `kanal`, whatever it is called where it was installed."""

from gateway.cli import main

main()
