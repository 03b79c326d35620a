"""Options of the verbs that force decisions one after the other: what is asked of every plan, and what counts as forced."""

from __future__ import annotations

import click

from .amounts import Share
from .common import together

# What insisting on an option means, and up to where its price is none.
priced_options = together(
    click.option(
        "--use", type=Share(), default=0.5, show_default=True, help="Share of capacity that counts as insisting on a plant."
    ),
    click.option(
        "--earnest", type=Share(), help="A route or expansion insisted on must be used for this share of what it could be."
    ),
    click.option(
        "--worth", type=Share(), default=0.001, show_default=True, help="Share of the cost up to which a price is none."
    ),
)
# What holds for every plan, and how many are solved at a time.
question_options = together(
    click.option("--scenario", multiple=True, help="Plan as if this scenario were certain; repeat it for several at once."),
    click.option("--scenarios", help="Plans for several futures: 'all', or names joined by commas."),
    click.option("--at-most", multiple=True, metavar="MEASURE=VALUE", help="As in solve; holds for every plan."),
    click.option("--china-cap", help="As in solve; holds for every plan."),
    click.option("--workers", type=int, default=1, show_default=True, help="Processes that solve side by side."),
)
