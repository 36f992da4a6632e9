"""`python -m bot` is `parley`."""

from bot.service.cli import main

main()
