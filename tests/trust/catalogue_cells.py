"""Faults of single cells: names, numbers, years, choices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any

from magnet_sourcing.schema import TABLES

from .books import At, Book, ErrorValue, Formula
from .faults import (
    FREE,
    Spoilt,
    among_its_like,
    at_of,
    is_number,
    is_text,
    kind,
    look_alike,
    misspelt,
    otherwise_cased,
    pick,
    pick_number,
    ranges_of,
    row_cell,
    row_of,
    shown,
    users_of,
)

BOTH, WORKBOOK = ("xlsx", "csv"), ("xlsx",)


def spoil(book: Book, at: At | None, value: Any, *says: str, **more: Any) -> Spoilt | None:
    """Puts a value into a cell; what is said must be said of this cell, or of the evidence about its number."""
    if at is None or value is None:
        return None
    places = {at_of(book, at)} | ranges_of(book, at)
    book.put(at, value)
    return Spoilt(f"{at.sheet} {at.header}, row {at.row + 1}: {at.value!r} became {value!r}", places, says, **more)


# ---------------------------------------------------------------- references


def reference(book: Book, rng: Random) -> At | None:
    return pick(book, rng, lambda at: at.column.kind == "ref" and is_text(at.value) and at.column.name != "source")


@kind("a reference misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    if (at := reference(book, rng)) is None:
        return None
    name = misspelt(rng, at.value)
    return None if name in book.keys(at.column.ref) else spoil(book, at, name, "is not in")


@kind("a reference with a letter of another alphabet", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = reference(book, rng)
    return spoil(book, at, look_alike(rng, at.value), "is not in") if at else None


@kind("a reference in other capitals", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = reference(book, rng)
    return spoil(book, at, otherwise_cased(at.value), "did you mean") if at else None


@kind("a reference to a thing of another sheet", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    if (at := reference(book, rng)) is None:
        return None
    others = {k for t in TABLES if t != at.column.ref for k in book.keys(t)} - set(book.keys(at.column.ref))
    return spoil(book, at, rng.choice(sorted(others)), "is not in")


@kind("a blank doubled within a reference", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.kind == "ref" and is_text(at.value) and " " in at.value and not shown(at))
    return spoil(book, at, at.value.replace(" ", "  ", 1), "is not in") if at else None


@kind("a source misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.ref == "sources" and is_text(at.value) and at.value != "estimate")
    return spoil(book, at, misspelt(rng, at.value), "is not in sources") if at else None


# ---------------------------------------------------------------- names that others refer to


def used_key(book: Book, rng: Random) -> At | None:
    used = {(at.column.ref, str(at.value)) for at in book.cells if at.column.kind == "ref" and at.value is not None}
    return pick(
        book,
        rng,
        lambda at: (
            at.column.kind == "text"
            and at.column.name == TABLES[at.sheet].key[0]
            and (at.sheet, str(at.value)) in used
            and at.sheet != "sources"
        ),
    )


def renamed(book: Book, at: At | None, name: str | None) -> Spoilt | None:
    if at is None or name is None or name in book.keys(at.sheet):
        return None
    made = spoil(book, at, name)
    assert made is not None
    made.places |= users_of(book, at.sheet, at.value)
    return made


@kind("a name misspelt where it is defined", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = used_key(book, rng)
    return renamed(book, at, misspelt(rng, at.value)) if at else None


@kind("a defined name with a letter of another alphabet", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = used_key(book, rng)
    return renamed(book, at, look_alike(rng, at.value)) if at else None


@kind("a key twice", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: len(TABLES[at.sheet].key) == 1 and at.column.name == TABLES[at.sheet].key[0])
    if at is None or at.value is None:
        return None
    others = [
        o for o in book.cells if (o.sheet, o.col) == (at.sheet, at.col) and o.row != at.row and o.value is not None
    ]
    if not others:
        return None
    other = rng.choice(others)
    made = spoil(book, at, other.value, "is already", "follows")
    assert made is not None
    made.places |= {at_of(book, other)} | users_of(book, at.sheet, at.value)
    return made


@kind("a name twice but for its capitals", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book,
        rng,
        lambda at: (
            at.column.kind == "text"
            and is_text(at.value)
            and TABLES[at.sheet].key == (at.column.name,)
            and at.sheet not in ("sources",)
        ),
    )
    if at is None or (name := otherwise_cased(at.value)) is None:
        return None
    grid = book.edit(at.sheet)
    row = list(grid.rows[at.row])
    row[at.col] = name
    grid.rows.append(row)
    return Spoilt(
        f"{at.sheet}: {at.value!r} again as {name!r}", row_of(book, at.sheet, len(grid.rows) - 1), ("capitals",)
    )


def free_name(book: Book, rng: Random, wanted: Callable[[str], bool] = lambda text: True) -> At | None:
    """A country, owner or segment that is named elsewhere too."""
    vocabulary = FREE[rng.choice(sorted(FREE))]
    cells = [
        at for at in (*book.cells, *book.settings) if (at.sheet, place_name(at)) in vocabulary and is_text(at.value)
    ]
    names = [at.value for at in cells]
    cells = [at for at in cells if names.count(at.value) > 1 and wanted(at.value)]
    return rng.choice(cells) if cells else None


def place_name(at: At) -> str:
    return at.column.name


@kind("a country, owner or segment misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = free_name(book, rng, lambda text: len(text) > 4)
    return spoil(book, at, misspelt(rng, at.value), "did you mean") if at else None


@kind("a country, owner or segment with a letter of another alphabet", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = free_name(book, rng)
    return spoil(book, at, look_alike(rng, at.value), "alphabet", "did you mean") if at else None


@kind("a country, owner or segment in other capitals", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = free_name(book, rng)
    return spoil(book, at, otherwise_cased(at.value), "did you mean", "capitals") if at else None


@kind("a condition on rows misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.name == "where" and is_text(at.value))
    if at is None:
        return None
    name, _, value = at.value.partition("=")
    made = f"{misspelt(rng, name)}={value}" if rng.random() < 0.3 else f"{name}= {misspelt(rng, value.strip())}"
    return spoil(book, at, made, "no row of", "is not 'column = value'")


@kind("a row, table or column of the evidence misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.sheet == "evidence" and at.column.name in ("table", "row", "column") and bool(at.value)
    )
    if at is None:
        return None
    name = misspelt(rng, str(at.value))
    return spoil(
        book, at, name, "no row", "no table", "no setting", "no number column", "no period", "one value", "range"
    )


@kind("a table or column of a disruption misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book,
        rng,
        lambda at: (
            at.sheet in ("disruptions", "assumptions") and at.column.name in ("table", "column") and bool(at.value)
        ),
    )
    if at is None:
        return None
    return spoil(book, at, misspelt(rng, at.value), "no table", "no number column")


@kind("a study's expression misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.sheet == "studies" and at.column.name in ("vary", "measure") and is_text(at.value)
    )
    return spoil(book, at, misspelt(rng, at.value)) if at else None


@kind("a choice misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.kind == "choice" and is_text(at.value), settings=True)
    return spoil(book, at, misspelt(rng, at.value), "is not one of") if at else None


@kind("neither yes nor no", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.kind == "yes/no")
    return spoil(book, at, rng.choice(["perhaps", "x", "ja", "2", 7, "yes no", "-"]), "must be yes or no")


@kind("a setting misspelt", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = rng.choice(book.settings)
    grid = book.edit("settings")
    col = grid.headers.index("setting")
    grid.rows[at.row][col] = name = misspelt(rng, at.column.name)
    return Spoilt(f"settings: {at.column.name} became {name}", {book.place("settings", at.row, col)}, ("no setting",))


# ---------------------------------------------------------------- text that is as good as what it was


@kind("blanks around a text", "text that is as good")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_text(at.value), True)
    return spoil(book, at, rng.choice(["{} ", " {}", "  {}   ", "\t{}", "{}\n"]).format(at.value)) if at else None


@kind("blanks that do not show around a text", "text that is as good")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_text(at.value) and not shown(at), True)
    mark = rng.choice("\u00a0\u200b\ufeff\u2009\u202f\u2060\u200c\u200d\u00ad\u3000")
    return spoil(book, at, rng.choice([f"{at.value}{mark}", f"{mark}{at.value}"])) if at else None


@kind("a blank of another width within a text", "text that is as good")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_text(at.value) and " " in at.value.strip() and not shown(at), True)
    return spoil(book, at, at.value.replace(" ", rng.choice("\u00a0\u2009\u202f\u3000"), 1)) if at else None


@kind("a number kept as text", "text that is as good", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng)
    return spoil(book, at, rng.choice(["{!r}", " {!r} ", "{!r}\u00a0"]).format(at.value)) if at else None


@kind("a choice or yes/no in other capitals", "text that is as good")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.kind in ("choice", "yes/no") and is_text(at.value), True)
    return spoil(book, at, otherwise_cased(at.value)) if at else None


@kind("cells of nothing but blanks", "text that is as good")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.value is None, True)
    return spoil(book, at, rng.choice([" ", "   ", "\u00a0", "\t", "\u200b", "\u3000"]))


# ---------------------------------------------------------------- numbers that are none


def no_number(name: str, make: Callable[[Random, Any], Any], *says: str, files: tuple[str, ...] = BOTH) -> None:
    @kind(name, "numbers", files)
    def _(book: Book, rng: Random) -> Spoilt | None:
        at = pick_number(book, rng)
        return spoil(book, at, make(rng, at.value), *says) if at else None


def grouped(rng: Random, x: float) -> str:
    whole = f"{max(abs(x) * 10 ** rng.randrange(4), 1000) + rng.randrange(1, 9) / 10:,.1f}"
    separator = rng.choice([",", " ", "\u00a0", "\u202f", "'", "\u2019"])
    return whole.replace(",", separator)


def german(rng: Random, x: float) -> str:
    return f"{abs(x) + 1234.5:,.2f}".translate(str.maketrans(",.", ".,"))


no_number(
    "text for a number",
    lambda rng, x: rng.choice(["many", "n/a", "tbd", "see note", "-", "?", "~", "1e", "x1"]),
    "is text",
)
no_number(
    "infinity or not a number",
    lambda rng, x: rng.choice(["inf", "-inf", "nan", "NaN", "Infinity", "1e400", "-1e999"]),
    "is text",
    "not finite",
    "too large",
)
no_number("thousands separators", grouped, "thousands separators")
no_number("another country's thousands and decimals", german, "thousands separators")
no_number("a decimal comma", lambda rng, x: f"{abs(x) + 0.5:.1f}".replace(".", ","), "decimal commas")
no_number("a percent sign", lambda rng, x: f"{abs(x):g}{rng.choice(['%', ' %'])}", "percent")
no_number(
    "a unit or a currency with the number",
    lambda rng, x: rng.choice(
        ["${:g}", "US$ {:g}", "{:g} t", "{:g} kg", "\u20ac{:g}", "{:g} t/y", "\u20b9{:g}", "ca. {:g}", "<{:g}"]
    ).format(x),
    "is text",
)
no_number(
    "a range or a sum in place of a number",
    lambda rng, x: rng.choice(["{0:g}-{0:g}", "{0:g}..{0:g}", "{0:g}+{0:g}", "={0:g}*2"]).format(abs(x) + 1),
    "is text",
    "no calculated value",
)
no_number(
    "a command in place of a number",
    lambda rng, x: rng.choice(
        ["__import__('os').system('x')", "@SUM(1,1)", "+cmd|' /C calc'!A0", "{{7*7}}", "${x}", "lambda: 0"]
    ),
    "is text",
)
no_number("a yes for a number", lambda rng, x: rng.choice([True, False]), "yes/no", files=WORKBOOK)
no_number(
    "a date for a number",
    lambda rng, x: dt.datetime(2020 + rng.randrange(15), 1 + rng.randrange(12), 1 + rng.randrange(28)),
    "is a date",
    files=WORKBOOK,
)
no_number(
    "a date as text for a number", lambda rng, x: f"{2020 + rng.randrange(15)}-0{1 + rng.randrange(9)}-01", "is text"
)
no_number(
    "an error of Excel's",
    lambda rng, x: ErrorValue(rng.choice(["#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#NAME?"])),
    "holds the error",
    "is text",
)
no_number("a formula never calculated", lambda rng, x: Formula("1+1"), "no calculated value", files=WORKBOOK)
no_number(
    "a number beyond all measure",
    lambda rng, x: rng.choice([1e30, -1e30, 1e300, 1e18]),
    "must be",
    "too large",
    "above",
    "below",
)


@kind("a formula with its value", "text that is as good", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_number(at.value) or is_text(at.value), True)
    return spoil(book, at, Formula("A1&B1", at.value)) if at else None


@kind("an error of Excel's for a name", "names")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_text(at.value) and not shown(at) and at.column.kind == "ref")
    if at is None or at.column.ref == "sources":
        return None
    return spoil(book, at, ErrorValue(rng.choice(["#REF!", "#N/A", "#NAME?"])), "holds the error", "is not in")


@kind("a formula never calculated for a name", "names", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: is_text(at.value), True)
    return spoil(book, at, Formula("VLOOKUP(A1,B:C,2)"), "no calculated value")


# ---------------------------------------------------------------- numbers that are wrong


@kind("a blank where a value is needed", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.required and at.value is not None, True)
    if at is None:
        return None
    made = Spoilt(f"{at.sheet} {at.header}, row {at.row + 1}: blank", {at_of(book, at)} | ranges_of(book, at))
    yearly = [c for c, h in enumerate(book.grids[at.sheet].headers) if h and str(h).startswith(f"{at.column.name} ")]
    made.places |= {book.place(at.sheet, at.row, c) for c in yearly}
    if at.column.name in TABLES.get(at.sheet, TABLES["periods"]).key:
        made.places |= users_of(book, at.sheet, at.value)
    book.put(at, None)
    return made


@kind("a year without its value", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.year is not None and is_number(at.value))
    if at is None or row_cell(book, at, "fill") in ("hold", "linear"):
        return None
    book.put(at, None)
    what = f"{at.sheet} {at.header}, row {at.row + 1}: blank"
    return Spoilt(what, {at_of(book, at)}, ("no value for", "is blank"), plausible=only_year(book, at))


def only_year(book: Book, at: At) -> bool:
    """Whether a blank is allowed and no other year of the row is given: then there is nothing left to miss it by."""
    row = book.grids[at.sheet].rows[at.row]
    years = [c for c, h in enumerate(book.grids[at.sheet].headers) if h and str(h).startswith(f"{at.column.name} ")]
    return not at.column.required and all(row[c] is None for c in years if c < len(row))


@kind("a negative number", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng, lambda at: at.value > 0 and at.column.low is not None and at.column.low >= 0)
    return spoil(book, at, -at.value, "must be") if at else None


@kind("a negative duration, lead time or lag", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    names = ("duration", "lead_time", "lag", "life", "transfer_years", "credit_years", "years")
    at = pick(book, rng, lambda at: at.column.name in names)
    return spoil(book, at, -rng.choice([1, 2, 5, 0.5]), "must be")


@kind("the sign of a cost or price turned", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    money = ("price", "cost", "unit_cost", "fee")
    at = pick_number(book, rng, lambda at: at.column.name in money and at.column.low is None and at.value > 0)
    if at is None:
        return None
    others = [
        o.value for o in book.cells if (o.sheet, o.column.name) == (at.sheet, at.column.name) and is_number(o.value)
    ]
    return spoil(book, at, -at.value, plausible=any(x < 0 for x in others) or len(others) == 1)


@kind("a share above 1", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng, lambda at: at.column.high == 1.0)
    return spoil(book, at, rng.choice([1.2, 5, 40, 100]), "must be") if at else None


@kind("percent for a fraction (times 100)", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng, lambda at: at.column.unit.startswith("fraction") and at.value > 0)
    if at is None:
        return None
    new = at.value * 100
    return spoil(
        book, at, new, plausible=(at.column.high is None or new <= at.column.high) and among_its_like(book, at, new)
    )


@kind("a fraction for a whole number", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng, lambda at: at.column.kind in ("whole", "year"))
    return spoil(book, at, at.value + 0.5, "whole number") if at else None


def measured(at: At) -> bool:
    """A number in tonnes or money, which another unit would make a thousand times as large or small."""
    return (
        at.column.kind == "number"
        and bool(at.value)
        and at.column.unit not in ("", "years", "year", "degrees")
        and not (at.column.unit.startswith("as "))
    )


def slip(name: str, factor: float) -> None:
    @kind(name, "numbers")
    def _(book: Book, rng: Random) -> Spoilt | None:
        at = pick_number(book, rng, measured)
        if at is None:
            return None
        new = at.value * factor
        return spoil(book, at, new, plausible=among_its_like(book, at, new))


slip("kilograms for tonnes, or money for thousands of it (times 1000)", 1000.0)
slip("thousands of tonnes for tonnes (a thousandth)", 0.001)
slip("a comma lost or misplaced (times 1,000,000)", 1e6)


@kind("a number outside its own range", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    ranged = {(row_cell(book, at, "table"), row_cell(book, at, "row")) for at in book.cells if at.sheet == "evidence"}
    at = pick_number(
        book,
        rng,
        lambda at: (
            at.column.kind == "number"
            and at.sheet != "settings"
            and (at.sheet, book.key_of(at.sheet, at.row)) in ranged
        ),
    )
    if at is None:
        return None
    rows = [
        o.row
        for o in book.cells
        if o.sheet == "evidence"
        and o.column.name == "column"
        and o.value == at.header
        and (row_cell(book, o, "table"), str(row_cell(book, o, "row"))) == (at.sheet, book.key_of(at.sheet, at.row))
        and is_number(row_cell(book, o, "high"))
    ]
    if not rows:
        return None
    high = next(o for o in book.cells if (o.sheet, o.row, o.column.name) == ("evidence", rows[0], "high"))
    return spoil(book, at, high.value * 1.01 + 0.01, "does not hold", "must be", "makes", "add to", "above", "below")


@kind("low and high exchanged", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.name == "low" and is_number(at.value))
    if at is None:
        return None
    grid = book.edit(at.sheet)
    other = grid.headers.index("high")
    high = grid.rows[at.row][other]
    if not is_number(high) or high == at.value:
        return None
    grid.rows[at.row][at.col], grid.rows[at.row][other] = high, at.value
    return Spoilt(
        f"{at.sheet}, row {at.row + 1}: low and high exchanged",
        row_of(book, at.sheet, at.row),
        ("is above", "not below"),
    )


PAIRS = {
    ("expansions", "min_size", "max_size"),
    ("supplies", "minimum", "limit"),
    ("sales", "minimum", "limit"),
    ("routes", "minimum", "maximum"),
    ("lanes", "minimum", "capacity"),
    ("stocks", "minimum", "capacity"),
    ("stocks", "initial", "capacity"),
    ("stocks", "final", "capacity"),
    ("groups", "minimum", "maximum"),
}


@kind("a minimum above its maximum", "numbers")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book,
        rng,
        lambda at: (
            any(
                (at.sheet, at.column.name) == (s, high) and book.column_of(s, low) is not None for s, low, high in PAIRS
            )
            and is_number(at.value)
        ),
    )
    if at is None:
        return None
    low = rng.choice(
        [
            low
            for s, low, high in sorted(PAIRS)
            if (s, high) == (at.sheet, at.column.name) and book.column_of(s, low) is not None
        ]
    )
    cell = next(o for o in book.cells if (o.sheet, o.row, o.column.name, o.year) == (at.sheet, at.row, low, None))
    return spoil(book, cell, int(at.value) * 2 + 1, "is above", "min_size is for sizing")


# ---------------------------------------------------------------- years


@kind("a year with a digit too many or too few", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick_number(book, rng, lambda at: at.column.kind == "year")
    return (
        spoil(book, at, rng.choice([at.value * 10, at.value // 10, at.value - 2000, at.value + 1000]), "must be")
        if at
        else None
    )


@kind("a date for a year", "years", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.kind == "year", True)
    return spoil(book, at, dt.datetime(2027, 1, 1), "is a date")


@kind("last year before first year", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.column.name == "first_year" and book.column_of(at.sheet, "last_year") is not None
    )
    if at is None or not (periods := years_of(book)):
        return None
    grid = book.edit(at.sheet)
    grid.rows[at.row][at.col] = periods[-1]
    grid.rows[at.row][grid.headers.index("last_year")] = periods[0] if len(periods) > 1 else periods[0] - 1
    places = row_of(book, at.sheet, at.row)
    return Spoilt(
        f"{at.sheet}, row {at.row + 1}: from {periods[-1]} to {periods[0]}",
        places,
        ("is after", "begins in", "has no years"),
    )


@kind("a window beside the planning years", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.column.name in ("first_year", "last_year") and row_cell(book, at, "active") != "no"
    )
    if at is None or not (periods := years_of(book)):
        return None
    year = periods[-1] + 60 if at.column.name == "first_year" else periods[0] - 20
    return spoil(book, at, year, "planning years", "begins in", "is after", "has no years")


@kind("planning years with a gap or an overlap", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.sheet == "periods" and at.column.name in ("period", "years") and is_number(at.value)
    )
    if at is None or len(years_of(book)) < 2:
        return None
    made = spoil(book, at, at.value + rng.choice([1, 2, 3]))
    assert made is not None
    made.places |= {at_of(book, o) for o in book.cells if o.sheet == "periods" and o.column.name == "period"}
    # the last period may be longer: a longer horizon, which nothing in the file tells from the meant one
    made.plausible = at.column.name == "years" and row_cell(book, at, "period") == years_of(book)[-1]
    return made


@kind("a base year of another century", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = next(s for s in book.settings if s.column.name == "base_year")
    made = spoil(book, at, at.value + rng.choice([100, -100]), "years from the first period")
    assert made is not None
    return made


@kind("a yearly column of a year that is none of the case's", "years")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.year is not None and is_number(at.value))
    if at is None:
        return None
    year = at.year + rng.choice([100, -100])  # type: ignore[operator]
    book.edit(at.sheet).rows[0][at.col] = f"{at.column.name} {year}"
    places = {
        book.place(at.sheet, r, c)
        for r in range(len(book.grids[at.sheet].rows))
        for c in range(len(book.grids[at.sheet].headers))
    }
    places |= {p for o in book.cells if (o.sheet, o.col) == (at.sheet, at.col) for p in ranges_of(book, o)}
    return Spoilt(
        f"{at.sheet}: {at.header} became {year}",
        places,
        ("no value for", "planning years", "no period", "first year of a period", "does not hold"),
    )


def years_of(book: Book) -> list[int]:
    return sorted(
        int(at.value)
        for at in book.cells
        if at.sheet == "periods" and at.column.name == "period" and is_number(at.value)
    )
