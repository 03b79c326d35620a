"""A study that somebody else is to solve."""


class HandedOver(Exception):
    """The runs are prepared for a scheduler of jobs; nothing went wrong. The message says how to go on."""
