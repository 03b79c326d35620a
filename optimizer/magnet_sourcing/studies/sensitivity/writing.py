"""A sensitivity study as a workbook that opens on its findings, or as a folder of CSV tables."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ...book import write_study
from .charts import decorate, rows_for
from .findings import findings, headline
from .tables import tables

if TYPE_CHECKING:
    from .studying import Sensitivity


def write_sensitivity(found: Sensitivity, path: Path) -> Path:
    return write_study(
        path,
        f"{found.case.settings['name']}: which numbers matter",
        headline(found),
        findings(found),
        tables(found),
        currency=str(found.case.settings.get("currency") or "money"),
        figure=rows_for(found),
        decorate=partial(decorate, found),
    )
