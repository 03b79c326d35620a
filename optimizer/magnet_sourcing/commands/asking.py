"""Options of the verbs that force decisions one after the other: what is asked of every plan, and what counts as forced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from .amounts import Share

F = TypeVar("F", bound=Callable[..., Any])


def priced_options(function: F) -> F:
    """--use, --earnest, --worth: what insisting on an option means, and up to where its price is none."""
    for option in (
        click.option(
            "--worth",
            type=Share(),
            default=0.001,
            show_default=True,
            help="Share of the cost up to which a price is none.",
        ),
        click.option(
            "--earnest",
            type=Share(),
            help="A route or expansion insisted on must be used for this share of what it could be.",
        ),
        click.option(
            "--use",
            type=Share(),
            default=0.5,
            show_default=True,
            help="Share of capacity that counts as insisting on a plant.",
        ),
    ):
        function = option(function)
    return function


def question_options(function: F) -> F:
    """--scenario, --scenarios, --at-most, --china-cap, which hold for every plan, and --workers."""
    for option in (
        click.option(
            "--workers", type=int, default=1, show_default=True, help="Processes that solve side by side."
        ),
        click.option("--china-cap", help="As in solve; holds for every plan."),
        click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; holds for every plan."),
        click.option("--scenarios", help="Plans for several futures: 'all', or names joined by commas."),
        click.option(
            "--scenario", multiple=True, help="Plan as if this scenario were certain; repeat it for several at once."
        ),
    ):
        function = option(function)
    return function
