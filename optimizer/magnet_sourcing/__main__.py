"""`python -m magnet_sourcing`."""

from .cli import main

main()
