"""Where the runs of a study are solved and kept: the options every study of many runs shares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .common import together

if TYPE_CHECKING:
    from ..studies.runs.executing import Where

solving_options = together(
    click.option(
        "--engine",
        type=click.Choice(["here", "pool", "dask", "array"]),
        default="pool",
        show_default=True,
        help="Solve in this process, in several, on Dask, or as an array of cluster jobs.",
    ),
    click.option("--workers", type=int, help="Processes. Default: one for each core."),
    click.option("--cluster", help="Address of a Dask scheduler, such as tcp://10.0.0.5:8786 (with --engine dask)."),
)
# A command hands them to `where_of`.
engine_options = together(
    solving_options,
    click.option(
        "--folder", type=click.Path(path_type=Path), help="Keep finished runs here; a later run goes on from them."
    ),
)


def where_of(engine: str, workers: int | None, cluster: str | None, folder: Path | None) -> Where:
    from ..studies.runs.executing import Where

    return Where(engine, workers, cluster, folder)
