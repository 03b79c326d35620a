"""Saving workbooks so that the same content gives the same bytes: no date of writing, no date in the archive."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from .cells import clean
from .long_rows import with_rows

CREATOR = "Magnet Sourcing"
# Neither says anything about the content; when it was found stands in its provenance.
WRITTEN = dt.datetime(2000, 1, 1)


class _Archive(zipfile.ZipFile):
    """An archive whose members all bear the date WRITTEN, and whose sheets have all their rows."""

    properties: Any = None
    sheets: Sequence[Worksheet] = ()

    def writestr(self, zinfo_or_arcname: Any, data: Any, *args: Any, **more: Any) -> None:
        if zinfo_or_arcname == ARC_CORE:  # openpyxl has put the time of writing there
            self.properties.modified = WRITTEN
            data = tostring(self.properties.to_tree())
        if str(zinfo_or_arcname).startswith("xl/charts/"):  # titles hold names from outside; openpyxl lets all through
            data = clean(data.decode() if isinstance(data, bytes) else data)
        member = zipfile.ZipInfo(str(zinfo_or_arcname), WRITTEN.timetuple()[:6])
        super().writestr(member, data, zipfile.ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *args: Any, **more: Any) -> None:
        data = Path(filename).read_bytes()
        for sheet in self.sheets:
            if sheet.path == f"/{arcname}":
                data = with_rows(sheet, data)
        self.writestr(arcname or filename, data)


def save(book: Workbook, path: Path, title: str) -> None:
    """Writes a workbook with its document properties: title, creator, fixed dates."""
    properties = book.properties
    properties.title, properties.creator, properties.created = clean(title)[:250], CREATOR, WRITTEN
    with _Archive(path, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.properties, archive.sheets = properties, book.worksheets
        ExcelWriter(book, archive).save()
