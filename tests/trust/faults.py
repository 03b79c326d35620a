"""What a fault is, and what most are made of: a cell chosen by chance, a name spoiled, the places that may be named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

from magnet_sourcing.schema import TABLES, split_header

from .books import At, Book

Place = tuple[str, str]  # sheet and cell; a blank cell stands for the sheet as a whole

# Columns that nothing is computed from: a text that is shown, a place on the map, a note on a source.
SHOWN = {
    ("lanes", "mode"),
    ("routes", "partner"),
    ("impacts", "unit"),
    ("locations", "latitude"),
    ("locations", "longitude"),
    ("assumptions", "unit"),
    ("settings", "name"),
    ("settings", "description"),
    ("settings", "currency"),
    ("settings", "mass_unit"),
}
# Texts that are names without a table of their own, by what they name.
FREE = {
    "country": (
        ("locations", "country"),
        ("supplies", "origin"),
        ("routes", "country"),
        ("tolls", "country"),
        ("embedded", "country"),
        ("limit_terms", "country"),
        ("incentives", "country"),
        ("settings", "exposed_country"),
        ("settings", "home_country"),
    ),
    "owner": (("facilities", "owner"), ("limit_terms", "owner")),
    "segment": (("demands", "segment"), ("returns", "segment"), ("limit_terms", "segment")),
}
_CYRILLIC = (
    "\u0410\u0430\u0412\u0421\u0441\u0415\u0435\u041d\u0456\u041a\u041c\u041e\u043e\u0420\u0440\u0422\u0425\u0445\u0443"
)
LOOK_ALIKE = dict(zip("AaBCcEeHiKMOoPpTXxy", _CYRILLIC, strict=True))
# A number is among its like if it is no more than so many times beyond the other numbers of its column.
FAR = 50.0


@dataclass
class Spoilt:
    """What a fault did, and what is to be said of it.

    places: any of them is the right cell. says: any of these words is in the right message; none: any message will do.
    plausible: the wrong value is one that nothing in the file tells from a right one.
    """

    what: str
    places: set[Place]
    says: tuple[str, ...] = ()
    plausible: bool = False


Fault = Callable[[Book, Random], "Spoilt | None"]


@dataclass(frozen=True)
class Kind:
    """A kind of fault: its group in the published table, and the kinds of file that can have it."""

    name: str
    group: str
    fault: Fault
    files: tuple[str, ...]


KINDS: dict[str, Kind] = {}


def kind(name: str, group: str, files: tuple[str, ...] = ("xlsx", "csv")) -> Callable[[Fault], Fault]:
    def enter(fault: Fault) -> Fault:
        assert name not in KINDS
        KINDS[name] = Kind(name, group, fault, files)
        return fault

    return enter


# ---------------------------------------------------------------- choosing


def pick(book: Book, rng: Random, wanted: Callable[[At], bool], settings: bool = False) -> At | None:
    """A cell by chance: first the column, so that a long table is not spoiled more often than a short one."""
    columns: dict[tuple[str, str], list[At]] = {}
    for at in (*book.cells, *(book.settings if settings else ())):
        if wanted(at):
            columns.setdefault((at.sheet, at.column.name), []).append(at)
    return rng.choice(columns[rng.choice(sorted(columns))]) if columns else None


def pick_number(book: Book, rng: Random, wanted: Callable[[At], bool] = lambda at: True) -> At | None:
    return pick(book, rng, lambda at: at.column.numeric and is_number(at.value) and not shown(at) and wanted(at), True)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def shown(at: At) -> bool:
    name = at.column.name
    return (at.sheet, name) in SHOWN or name in ("note", "source") or at.sheet == "sources"


def at_of(book: Book, at: At) -> Place:
    return book.place(at.sheet, at.row, at.col)


def row_of(book: Book, sheet: str, row: int) -> set[Place]:
    """Every cell of a row, and the row as a whole."""
    return {book.place(sheet, row, c) for c in range(len(book.grids[sheet].headers))} | {(sheet, f"row {row + 1}")}


def row_cell(book: Book, at: At, column: str) -> Any:
    col = book.column_of(at.sheet, column)
    return None if col is None else book.grids[at.sheet].rows[at.row][col]


def ranges_of(book: Book, at: At) -> set[Place]:
    """Cells of the evidence about a number."""
    if "evidence" not in book.grids or at.sheet == "settings":
        return set()
    grid, key = book.grids["evidence"], book.key_of(at.sheet, at.row)
    where = [grid.headers.index(name) for name in ("table", "row", "column")]
    names = (at.header, at.column.name)
    found: set[Place] = set()
    for r, row in enumerate(grid.rows):
        if (row[where[0]], str(row[where[1]])) == (at.sheet, key) and row[where[2]] in names:
            found |= row_of(book, "evidence", r)
    return found


def users_of(book: Book, table: str, name: Any) -> set[Place]:
    """Cells that name a row of a table: references, and rows of evidence whose key holds the name."""
    found = {
        at_of(book, at) for at in book.cells if at.column.kind == "ref" and at.column.ref == table and at.value == name
    }
    for at in book.cells:
        if at.sheet == "evidence" and at.column.name == "row" and at.value is not None:
            of = row_cell(book, at, "table")
            keys = [TABLES[of].by_name[k] for k in TABLES[of].key] if of in TABLES else []
            if str(name) in str(at.value).split(", ") and (of == table or any(c.ref == table for c in keys)):
                found.add(at_of(book, at))
        elif at.column.name in ("where", "includes", "vary") and at.value is not None and str(name) in str(at.value):
            found.add(at_of(book, at))
    return found


# ---------------------------------------------------------------- spoiling names


def misspelt(rng: Random, text: str) -> str:
    """One slip of the fingers: two letters exchanged, one left out, doubled, or another in its place."""
    at = [i for i, c in enumerate(text) if c.isalpha()] or [0]
    while True:
        i, slip = rng.choice(at), rng.randrange(4)
        if slip == 0 and i + 1 < len(text):
            made = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
        elif slip == 1 and len(text) > 3:
            made = text[:i] + text[i + 1 :]
        elif slip == 2:
            made = text[: i + 1] + text[i:]
        else:
            made = text[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + text[i + 1 :]
        if made.strip() and made.casefold() != text.casefold():
            return made


def look_alike(rng: Random, text: str) -> str | None:
    at = [i for i, c in enumerate(text) if c in LOOK_ALIKE]
    if not at:
        return None
    i = rng.choice(at)
    return text[:i] + LOOK_ALIKE[text[i]] + text[i + 1 :]


def otherwise_cased(text: str) -> str | None:
    return next((made for made in (text.swapcase(), text.upper(), text.lower()) if made != text), None)


# ---------------------------------------------------------------- what a wrong number can be told by


def among_its_like(book: Book, at: At, new: float) -> bool:
    """Whether a number lies within FAR times the others of its column and row, so that nothing tells it from a right one.

    Columns of fewer than four rows are set beside all numbers of the same unit. Written apart from the check that looks
    for the same, on the grid.
    """
    if (
        not new
        or at.sheet in ("settings", "impacts")
        or at.column.unit in ("", "unit/t activity")
        or at.column.unit.startswith("as ")
    ):
        return True  # no like of its own
    own: list[float] = []
    rows: dict[tuple[str, int], list[float]] = {}
    for other in book.cells:
        if not (is_number(other.value) and other.value) or other.column.kind != "number":
            continue
        if other.value == other.column.default:
            continue  # says nothing
        same = (other.sheet, other.column.name) == (at.sheet, at.column.name)
        if same and other.row == at.row and other.col != at.col:
            own.append(abs(other.value))
        elif same and other.row != at.row:
            rows.setdefault((other.sheet, other.row), []).append(abs(other.value))
    if own and not min(own) / FAR <= abs(new) <= max(own) * FAR:
        return False
    if len(rows) < 3:
        rows = {
            (o.sheet, o.row): [abs(o.value)]
            for o in book.cells
            if o.column.kind == "number"
            and is_number(o.value)
            and o.value
            and o.column.unit == at.column.unit
            and o.value != o.column.default
            and o.sheet not in ("evidence", "limits", "impacts")
            and (o.sheet, o.row) != (at.sheet, at.row)
        }
    if len(rows) < 3:
        return True
    others = [x for values in rows.values() for x in values]
    return min(others) / FAR <= abs(new) <= max(others) * FAR


def header_parts(sheet: str, header: str) -> tuple[str, int | None]:
    return (header, None) if header in TABLES[sheet].by_name else split_header(header)


def joined(*places: Iterable[Place]) -> set[Place]:
    return {p for some in places for p in some}
