"""Files made to burst: each is refused in a child process that may use so much memory and so many seconds, and no more."""

from __future__ import annotations

import contextlib
import io
import os
import traceback
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from magnet_sourcing import Case
from magnet_sourcing.cli import main

from .fuzz import small_parts

resource = pytest.importorskip("resource", reason="limits of a process are not to be had on this system")

# What a child may take on top of what this process has.
MEGABYTES = 1200
SECONDS = 60


def checked(path: Path) -> str:
    """What `check` says of a file within the limits; its exit code must be that of bad data.

    The child is forked, so that nothing has to be loaded again.
    """
    said = path.parent / "said"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # this process may have threads; the child needs none
        child = os.fork()
    if not child:
        os._exit(_check(path, said))
    _, status = os.waitpid(child, 0)
    text = said.read_text(encoding="utf-8", errors="replace")
    assert os.waitstatus_to_exitcode(status) == 3, (status, text[-2000:])
    assert "Traceback" not in text and "unexpected" not in text, text[-2000:]
    return text


def _check(path: Path, said: Path) -> int:
    """In the child: the command within the limits, its words in a file; the exit code."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        limit = pages * resource.getpagesize() + MEGABYTES * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        with said.open("w", encoding="utf-8") as out, contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                main(["check", str(path)])
            except SystemExit as reason:
                return int(reason.code or 0)
            except BaseException:
                traceback.print_exc(file=out)
    except BaseException:
        return 99
    return 98


def workbook(folder: Path, **parts: bytes) -> Path:
    """A small workbook with parts of its own: `sheet1=...`, `sharedStrings=...`, `workbook=...`."""
    path = folder / "case.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in small_parts().items():
            stem = name.rpartition("/")[2].partition(".")[0]
            if stem == "[Content_Types]" and "sharedStrings" in parts:
                kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                data = data.replace(
                    b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
                )
            archive.writestr(name, parts.get(stem, data))
        if "sharedStrings" in parts:
            archive.writestr("xl/sharedStrings.xml", parts["sharedStrings"])
    return path


MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LAUGHS = (
    b"<!DOCTYPE x [<!ENTITY a 'ha'>"
    + b"".join(b"<!ENTITY a%d '%s'>" % (i, (b"&a%d;" % (i - 1) if i else b"&a;") * 10) for i in range(12))
    + b"]>"
)
STEAL = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/hostname'>]>"


def sheet(rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    return b"<worksheet " + MAIN + b">" + before + b"<sheetData>" + rows + b"</sheetData>" + after + b"</worksheet>"


def strings(items: bytes, count: int = 1) -> bytes:
    return b'<sst %s count="%d" uniqueCount="%d">' % (MAIN, count, count) + items + b"</sst>"


DEEP = 300_000
HEAD = b'<row r="1"><c r="A1" t="inlineStr"><is><t>period</t></is></c></row>'
PARTS: dict[str, Callable[[], dict[str, bytes]]] = {
    "entities in the workbook": lambda: {"workbook": LAUGHS + b"<workbook>&a11;</workbook>"},
    "entities in a sheet": lambda: {"sheet2": LAUGHS + sheet(b"&a11;")},
    "entities in the texts": lambda: {"sharedStrings": LAUGHS + strings(b"<si><t>&a11;</t></si>")},
    "entities in the styles": lambda: {"styles": LAUGHS + b"<styleSheet>&a11;</styleSheet>"},
    "entities in the list of parts": lambda: {"[Content_Types]": LAUGHS + b"<Types>&a11;</Types>"},
    "an entity that reads another file": lambda: {
        "sheet2": STEAL + sheet(b"<row r='1'><c r='A1'><v>&a;</v></c></row>")
    },
    "elements within elements in a sheet": lambda: {"sheet2": sheet(b"<x>" * DEEP + b"</x>" * DEEP)},
    "elements within elements in the workbook": lambda: {"workbook": b"<a>" * DEEP + b"</a>" * DEEP},
    "elements within elements in the texts": lambda: {"sharedStrings": strings(b"<si>" * DEEP + b"</si>" * DEEP)},
    "elements within elements in the styles": lambda: {
        "styles": b"<styleSheet>" + b"<a>" * DEEP + b"</a>" * DEEP + b"</styleSheet>"
    },
    "a sheet that says it is as large as any": lambda: {
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3"><v>x</v></c></row>', b'<dimension ref="A1:XFD1048576"/>')
    },
    "a value in the last cell of all": lambda: {
        "sheet2": sheet(HEAD + b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    },
    "a value in the last row": lambda: {"sheet2": sheet(HEAD + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')},
    "a row beyond all rows": lambda: {
        "sheet2": sheet(HEAD + b'<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>')
    },
    "a row number of a thousand digits": lambda: {
        "sheet2": sheet(HEAD + b'<row r="' + b"9" * 1000 + b'"><c><v>1</v></c></row>')
    },
    "a column beyond all columns": lambda: {"sheet2": sheet(HEAD + b'<row r="3"><c r="ZZZZZZZ3"><v>1</v></c></row>')},
    "the whole sheet merged": lambda: {
        "sheet2": sheet(HEAD, after=b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>')
    },
    "a hundred thousand merged ranges": lambda: {
        "sheet2": sheet(HEAD, after=b"<mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 100_000 + b"</mergeCells>")
    },
    "ten million cells": lambda: {"sheet2": sheet(HEAD + b'<row r="3">' + b"<c/>" * 10**7 + b"</row>")},
    "two million rows of nonsense": lambda: {"sheet2": sheet(HEAD + b"<row><c><v>x</v></c></row>" * 2 * 10**6)},
    "texts without end": lambda: {"sharedStrings": strings(b"<si><t>" + b"x" * 200_000_000 + b"</t></si>")},
    "a text of a hundred megabytes": lambda: {
        "sharedStrings": strings(b"<si><t>" + b"x" * 10**8 + b"</t></si>"),
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3" t="s"><v>0</v></c></row>'),
    },
    "three million texts": lambda: {
        "sharedStrings": strings(b"<si><t>x</t></si>" * 3 * 10**6),
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3" t="s"><v>0</v></c></row>'),
    },
    "four thousand million texts, it says": lambda: {
        "sharedStrings": strings(b"<si><t>x</t></si>", 2**32 - 1),
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3" t="s"><v>4000000000</v></c></row>'),
    },
    "a text before the first": lambda: {
        "sharedStrings": strings(b"<si><t>x</t></si><si><t>2027</t></si>", 2),
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3" t="s"><v>-1</v></c></row>'),
    },
    "a number of a million digits": lambda: {
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3"><v>' + b"9" * 10**6 + b"</v></c></row>")
    },
    "a number of four hundred digits": lambda: {
        "sheet2": sheet(HEAD + b'<row r="3"><c r="A3"><v>' + b"9" * 400 + b"</v></c></row>")
    },
    "attributes without end": lambda: {"sheet2": sheet(HEAD + b'<row r="3" x="' + b"y" * 10**8 + b'"/>')},
}


@pytest.mark.parametrize("name", PARTS)
def test_workbooks_made_to_burst_are_refused_within_bounds(tmp_path: Path, name: str) -> None:
    checked(workbook(tmp_path, **PARTS[name]()))


def zeros(path: Path) -> Path:
    """Ten thousand million zeros in a few megabytes, in pieces that are one and the same stretch of the file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 10**8)
        for _ in range(99):
            archive.filelist.append(archive.filelist[0])
    path.write_bytes(out.getvalue())
    return path


def lying(path: Path) -> Path:
    """Says of a part that it is ten bytes long; it unpacks to two hundred million."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 2 * 10**8)
    size = (2 * 10**8).to_bytes(4, "little")
    path.write_bytes(out.getvalue().replace(size, (10).to_bytes(4, "little")))
    return path


def crowd(path: Path) -> Path:
    """Two hundred thousand parts."""
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(200_000):
            archive.writestr(f"{i}", b"")
    return path


@pytest.mark.parametrize("make", [zeros, lying, crowd])
def test_archives_made_to_burst_are_refused_within_bounds(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    checked(make(tmp_path / "case.xlsx"))


TABLES: dict[str, Callable[[], bytes]] = {
    "too large": lambda: b"period\n" + b"2027\n" * 30_000_000,
    "a line without end": lambda: b"period," + b"x" * 100_000_000,
    "a row of five million columns": lambda: b"period" + b"," * 5_000_000 + b"\n2027\n",
    "four million rows of nonsense": lambda: b"period\n" + b"x\n" * 4_000_000,
    "two hundred thousand rows of nonsense": lambda: b"period\n" + b"x\n" * 200_000,
    "three million times the same year": lambda: b"period\n" + b"2027\n" * 3_000_000,
    "quotes without end": lambda: b"period\n" + b'"' * 50_000_001,
    "a hundred million blank lines, and a value": lambda: b"period\n" + b"\n" * 100_000_000 + b"x\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_tables_made_to_burst_are_refused_within_bounds(tmp_path: Path, name: str) -> None:
    Case.small().write(tmp_path / "case")
    (tmp_path / "case" / "periods.csv").write_bytes(TABLES[name]())
    checked(tmp_path / "case")


def test_one_name_misspelt_in_a_hundred_thousand_rows_is_told_of_in_bounds(tmp_path: Path) -> None:
    """The nearest name is looked for once, and a thousand places are enough to mend it by."""
    Case.small().write(tmp_path / "case")
    rows = "".join(f"lane {i},Chatrapr,nowhere {i}\n" for i in range(100_000))
    (tmp_path / "case" / "lanes.csv").write_text("lane,origin,destination\n" + rows, encoding="utf-8")
    said = checked(tmp_path / "case")
    assert "more than 1,000 errors" in said and "did you mean 'Chatrapur'?" in said
    assert (
        said.count("lanes.csv") == 2002
    )  # a thousand errors and as many warnings, and a line each that there are more
