"""Faults of rows, columns, sheets and files."""

from __future__ import annotations

from random import Random
from typing import Any

from magnet_sourcing.schema import TABLES
from magnet_sourcing.sheets import letter

from .books import At, Book, Grid, _csv_text
from .catalogue_cells import WORKBOOK
from .faults import LOOK_ALIKE, Place, Spoilt, at_of, is_number, kind, misspelt, pick, row_cell, row_of, users_of

FOLDER = ("csv",)


def filled(book: Book) -> list[str]:
    """Tables with rows."""
    return sorted(n for n, g in book.grids.items() if n in TABLES and len(g.rows) > g.first)


def some_sheet(book: Book, rng: Random, rows: int = 1) -> Grid:
    """A table with at least so many rows, ready to be spoiled."""
    return book.edit(rng.choice([n for n in filled(book) if len(book.grids[n].rows) - book.grids[n].first >= rows]))


def whole(sheet: str) -> set[Place]:
    return {(sheet, "")}


def all_cells(book: Book, sheet: str) -> set[Place]:
    grid = book.grids[sheet]
    width = max(len(row) for row in grid.rows)
    cells = {book.place(sheet, r, c) for r in range(len(grid.rows)) for c in range(width)}
    return cells | {(sheet, f"row {r + 1}") for r in range(len(grid.rows))} | whole(sheet)


def header_cells(book: Book, sheet: str) -> set[Place]:
    return row_of(book, sheet, 0) | whole(sheet)


# ---------------------------------------------------------------- rows


@kind("a row twice", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    row = rng.randrange(grid.first, len(grid.rows))
    grid.rows.insert(rng.randrange(grid.first, len(grid.rows) + 1), list(grid.rows[row]))
    return Spoilt(f"{grid.name}: row {row + 1} twice", all_cells(book, grid.name), ("is already",))


@kind("a row lost that others need", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    used = {(at.column.ref, str(at.value)) for at in book.cells if at.column.kind == "ref" and at.value is not None}
    at = pick(book, rng, lambda at: at.column.name == TABLES[at.sheet].key[0] and (at.sheet, str(at.value)) in used)
    if (
        at is None
        or [str(o.value) for o in book.cells if (o.sheet, o.col) == (at.sheet, at.col)].count(str(at.value)) > 1
    ):
        return None
    places = users_of(book, at.sheet, at.value)
    del book.edit(at.sheet).rows[at.row]
    places |= {shifted(book, at, p) for p in places}
    return Spoilt(f"{at.sheet}: {at.value} deleted", places, ("is not in", "no row", "is missing or empty"))


def shifted(book: Book, at: At, place: Place) -> Place:
    """The place of a cell of the same sheet once the row above it is gone."""
    for o in book.cells:
        if o.sheet == at.sheet and o.row > at.row and at_of(book, o) == place:
            return book.place(o.sheet, o.row - 1, o.col)
    return place


@kind("a demand lost", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    names = {(at.sheet, at.row): at.value for at in book.cells if at.sheet == "demands" and at.column.name == "demand"}
    if not names:
        return None
    (_, row), name = rng.choice(sorted(names.items()))
    places = {at_of(book, at) for at in book.cells if at.column.ref == "demands" and at.value == name}
    for at in book.cells:
        if at.column.name in ("row", "where") and name in str(at.value) and row_cell(book, at, "table") == "demands":
            places.add(at_of(book, at))
    del book.edit("demands").rows[row]
    # A need left out on purpose looks the same: only what speaks of it tells.
    return Spoilt(
        f"demands: {name} deleted",
        places | whole("demands"),
        ("is not in", "no row", "no demand"),
        plausible=not places,
    )


@kind("all demands lost", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    if "demands" not in filled(book):
        return None
    grid = book.edit("demands")
    del grid.rows[grid.first :]
    return Spoilt("demands: every row deleted", whole("demands"), ("demand",))


@kind("all rows of a sheet lost", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    names = [
        n
        for n in filled(book)
        if any(at.column.kind == "ref" and at.column.ref == n and at.value is not None for at in book.cells)
    ]
    grid = book.edit(rng.choice([n for n in names if n != "sources"]))
    del grid.rows[grid.first :]
    users = {
        at_of(book, at)
        for at in book.cells
        if at.column.kind == "ref" and at.column.ref == grid.name and at.value is not None
    }
    return Spoilt(f"{grid.name}: every row deleted", users | whole(grid.name), ("is not in", "is missing or empty"))


@kind("rows in another order", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng, 2)
    data = grid.rows[grid.first :]
    rng.shuffle(data)
    grid.rows[grid.first :] = data
    return Spoilt(f"{grid.name}: rows shuffled", set())


@kind("blank rows between", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    for _ in range(rng.randrange(1, 4)):
        grid.rows.insert(rng.randrange(grid.first, len(grid.rows) + 1), [None] * len(grid.headers))
    return Spoilt(f"{grid.name}: blank rows", set())


@kind("a line of totals below", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng, 2)
    total: list[Any] = [None] * len(grid.headers)
    for c in range(len(grid.headers)):
        numbers = [row[c] for row in grid.rows[grid.first :] if c < len(row) and is_number(row[c])]
        total[c] = sum(numbers) if numbers else None
    total[0] = "Total"
    grid.rows.append(total)
    return Spoilt(f"{grid.name}: a row of totals", row_of(book, grid.name, len(grid.rows) - 1))


@kind("a remark below the table", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.rows += [[None], ["Checked by the ministry, 3 March"]]
    return Spoilt(f"{grid.name}: a remark below", row_of(book, grid.name, len(grid.rows) - 1))


@kind("a value beside the table", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    r = rng.randrange(grid.first, len(grid.rows))
    c = len(grid.headers) + rng.randrange(3)
    grid.rows[r] = [*grid.rows[r], *[None] * (c - len(grid.rows[r])), rng.choice(["x", 12, "check"])]
    return Spoilt(f"{grid.name}: a value beside", {book.place(grid.name, r, c)}, ("under no header",))


@kind("a title above the headers", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.rows.insert(0, [rng.choice(["Table 3", "Draft", f"All {grid.name}"])])
    return Spoilt(f"{grid.name}: a title above", all_cells(book, grid.name))


@kind("a cell pushed aside (the rest of its row one to the right)", "rows")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    r = rng.randrange(grid.first, len(grid.rows))
    given = [c for c, v in enumerate(grid.rows[r]) if v is not None]
    c = rng.choice(given)
    grid.rows[r] = [*grid.rows[r][:c], None, *grid.rows[r][c:]]
    return Spoilt(
        f"{grid.name}: row {r + 1} pushed right from column {c + 1}",
        row_of(book, grid.name, r) | {book.place(grid.name, r, len(grid.headers))},
    )


# ---------------------------------------------------------------- columns


@kind("a header misspelt", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    c = rng.randrange(len(grid.headers))
    old = grid.headers[c]
    grid.rows[0][c] = misspelt(rng, old)
    return Spoilt(
        f"{grid.name}: header {old} became {grid.rows[0][c]}",
        header_cells(book, grid.name) | all_cells(book, grid.name),
        ("no column", "is missing", "is there twice"),
    )


@kind("a header with a letter of another alphabet", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    c, old = rng.choice(list(enumerate(grid.headers)))
    at = [i for i, x in enumerate(old) if x in LOOK_ALIKE]
    if not at:
        return None
    i = rng.choice(at)
    grid.rows[0][c] = old[:i] + LOOK_ALIKE[old[i]] + old[i + 1 :]
    return Spoilt(f"{grid.name}: header {old} with another letter", header_cells(book, grid.name), ("no column",))


@kind("a header twice", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    if len(grid.headers) < 2:
        return None
    a, b = rng.sample(range(len(grid.headers)), 2)
    grid.rows[0][a] = grid.headers[b]
    return Spoilt(f"{grid.name}: header {grid.headers[b]} twice", header_cells(book, grid.name), ("twice",))


@kind("a header deleted above its values", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.value is not None)
    assert at is not None
    book.edit(at.sheet).rows[0][at.col] = None
    places = all_cells(book, at.sheet) | header_cells(book, at.sheet)
    return Spoilt(f"{at.sheet}: header {at.header} deleted", places, ("no header", "under no header", "is missing"))


@kind("a needed column deleted", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.required and at.value is not None)
    assert at is not None
    grid = book.edit(at.sheet)
    c = len(grid.headers) - 1
    while c >= 0:
        if str(grid.headers[c]).split(" ")[0] == at.column.name:
            for row in grid.rows:
                del row[c : c + 1]
        c -= 1
    return Spoilt(f"{at.sheet}: column {at.column.name} deleted", all_cells(book, at.sheet), ("is missing",))


@kind("columns in another order, headers and all", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    order = list(range(len(grid.headers)))
    rng.shuffle(order)
    grid.rows[:] = [[row[c] if c < len(row) else None for c in order] for row in grid.rows]
    return Spoilt(f"{grid.name}: columns shuffled", set())


def differing(book: Book, rng: Random) -> tuple[Grid, int, int] | None:
    """Two columns of a sheet, of different kinds or units, of which one at least is filled and not for show."""
    grid = some_sheet(book, rng)
    table = TABLES[grid.name]
    at: dict[int, At] = {o.col: o for o in book.cells if o.sheet == grid.name}
    pairs = []
    for a in at:
        for b in at:
            one, other = at[a].column, at[b].column
            told_apart = (one.kind, one.ref, one.unit if book.kind == "xlsx" else "") != (
                other.kind,
                other.ref,
                other.unit if book.kind == "xlsx" else "",
            )
            shown = {one.name, other.name} & {
                "note",
                "source",
                "unit",
                "mode",
                "partner",
                "latitude",
                "longitude",
                "url",
                "title",
            }
            if a < b and told_apart and not shown and table is not None:
                pairs.append((a, b))
    return (grid, *rng.choice(pairs)) if pairs else None


@kind("two headers exchanged", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    chosen = differing(book, rng)
    if chosen is None:
        return None
    grid, a, b = chosen
    grid.rows[0][a], grid.rows[0][b] = grid.headers[b], grid.headers[a]
    return Spoilt(f"{grid.name}: headers {grid.headers[a]} and {grid.headers[b]} exchanged", all_cells(book, grid.name))


@kind("values of two columns exchanged (texts and numbers)", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    at: dict[int, At] = {}
    for o in book.cells:
        if o.sheet == grid.name and o.value is not None and o.column.name != "note":
            at[o.col] = o
    texts = [c for c, o in at.items() if not o.column.numeric and (o.column.kind != "text" or o.column.required)]
    numbers = [c for c, o in at.items() if o.column.numeric]
    if not texts or not numbers:
        return None
    a, b = rng.choice(texts), rng.choice(numbers)
    for row in grid.rows[grid.first :]:
        row += [None] * (max(a, b) + 1 - len(row))
        row[a], row[b] = row[b], row[a]
    return Spoilt(
        f"{grid.name}: values of {grid.headers[a]} and {grid.headers[b]} exchanged", all_cells(book, grid.name)
    )


@kind("a column pasted one row too low", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng, 2)
    c = rng.choice(
        [c for c in range(len(grid.headers)) if all(c < len(r) and r[c] is not None for r in grid.rows[grid.first :])]
    )
    values = [row[c] for row in grid.rows[grid.first :]]
    grid.rows.append([None] * len(grid.headers))
    grid.rows[grid.first][c] = None
    for r, value in enumerate(values, start=grid.first + 1):
        grid.rows[r][c] = value
    return Spoilt(f"{grid.name}: column {grid.headers[c]} one row too low", all_cells(book, grid.name))


@kind("a column nobody knows", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    name = rng.choice(["remarks", "capacity (old)", "x", "Column1", "price per kg", "2027"])
    grid.rows[0].append(name)
    return Spoilt(f"{grid.name}: column {name}", {book.place(grid.name, 0, len(grid.headers) - 1)}, ("no column",))


@kind("one value and yearly values at once", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.yearly and is_number(at.value))
    if at is None:
        return None
    grid = book.edit(at.sheet)
    periods = [o.value for o in book.cells if o.sheet == "periods" and o.column.name == "period"]
    plain = at.column.name if at.year is not None else f"{at.column.name} {periods[0]}"
    if plain in grid.headers:
        c = grid.headers.index(plain)
    else:
        c = len(grid.headers)
        for row in grid.rows:
            row += [None] * (c + 1 - len(row))
        grid.rows[0][c] = plain
    grid.rows[at.row][c] = at.value
    return Spoilt(
        f"{at.sheet}: {plain} beside {at.header}, row {at.row + 1}", row_of(book, at.sheet, at.row), ("not both",)
    )


@kind("rows and columns turned", "columns")
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.rows[:] = [list(column) for column in zip(*grid.rows, strict=False)]
    return Spoilt(f"{grid.name}: turned", all_cells(book, grid.name))


@kind("a unit that is not the column's", "columns", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.column.unit != "" and at.row == 2)
    assert at is not None
    unit = rng.choice(["(kg)", "(1000 t/y)", "(%)", "(million US$)", "(lakh)", "(months)"])
    book.edit(at.sheet).rows[1][at.col] = unit
    return Spoilt(f"{at.sheet}: {at.header} in {unit}", {book.place(at.sheet, 1, at.col)}, ("unit",))


@kind("the row of units deleted", "columns", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    del grid.rows[1]
    return Spoilt(f"{grid.name}: no units", set())


# ---------------------------------------------------------------- sheets and files


@kind("a sheet's name misspelt", "sheets and files")
def _(book: Book, rng: Random) -> Spoilt | None:
    name = rng.choice([n for n in filled(book) if n != "sources"])
    made = misspelt(rng, name)
    book.grids = {made if n == name else n: g for n, g in book.grids.items()}
    return Spoilt(f"sheet {name} became {made}", {(made, ""), (f"{made}.csv", "")}, ("no such",))


@kind("a sheet deleted that others need", "sheets and files")
def _(book: Book, rng: Random) -> Spoilt | None:
    used = {
        at.column.ref
        for at in book.cells
        if at.column.kind == "ref" and at.value is not None and at.column.name != "source"
    }
    name = rng.choice(sorted(used & set(filled(book))))
    users = {at_of(book, at) for at in book.cells if at.column.ref == name and at.value is not None}
    del book.grids[name]
    return Spoilt(f"sheet {name} deleted", users | whole(name), ("is not in", "is missing"))


@kind("the settings deleted", "sheets and files")
def _(book: Book, rng: Random) -> Spoilt | None:
    del book.grids["settings"]
    return Spoilt("settings deleted", {("settings", "")}, ("is missing",))


@kind("a sheet copied (lanes (2))", "sheets and files")
def _(book: Book, rng: Random) -> Spoilt | None:
    name = rng.choice(filled(book))
    made = rng.choice([f"{name} (2)", f"Copy of {name}", f"{name}_old"])
    book.grids[made] = book.grids[name].copy()
    return Spoilt(f"sheet {name} again as {made}", {(made, ""), (f"{made}.csv", "")}, ("no such",))


@kind("a sheet twice but for capitals or blanks", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    name = rng.choice(filled(book))
    made = rng.choice([name.upper(), name.title(), f"{name} "])
    book.grids[made] = book.grids[name].copy()
    return Spoilt(f"sheet {name} again as {made!r}", {(made, ""), (name, "")}, ("twice",))


@kind("sheets in another order", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    names = list(book.grids)
    rng.shuffle(names)
    book.grids = {n: book.grids[n] for n in names}
    return Spoilt("sheets shuffled", set())


@kind("merged cells", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng, 2)
    r, c = rng.randrange(grid.first, len(grid.rows) - 1), rng.randrange(len(grid.headers))
    grid.merged.append(f"{letter(c)}{r + 1}:{letter(c)}{r + 2}")
    grid.rows[r + 1][c] = None
    return Spoilt(f"{grid.name}: {grid.merged[0]} merged", {book.place(grid.name, r, c)}, ("are merged",))


@kind("hidden rows", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.hidden_rows |= {rng.randrange(grid.first, len(grid.rows)) for _ in range(3)}
    return Spoilt(f"{grid.name}: rows hidden", row_of(book, grid.name, 0), ("hidden",))


@kind("a filtered table", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.filtered = True
    grid.hidden_rows |= {r for r in range(grid.first, len(grid.rows)) if rng.random() < 0.5}
    return Spoilt(f"{grid.name}: filtered", row_of(book, grid.name, 0), ("hidden",))


@kind("hidden columns", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.hidden_columns.add(rng.randrange(len(grid.headers)))
    return Spoilt(f"{grid.name}: a column hidden", set())


@kind("a hidden sheet", "sheets and files", WORKBOOK)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = some_sheet(book, rng)
    grid.state = rng.choice(["hidden", "veryHidden"])
    return Spoilt(f"{grid.name}: hidden", set())


def as_bytes(name: str, make: Any, *says: str) -> None:
    @kind(name, "sheets and files", FOLDER)
    def _(book: Book, rng: Random) -> Spoilt | None:
        sheet = rng.choice([n for n in filled(book) if len(book.grids[n].headers) > 1])
        content = make(_csv_text(book.grids[sheet]), rng)
        if content is None:
            return None
        book.raw[sheet] = content
        return Spoilt(f"{sheet}.csv: {name}", {(sheet, ""), (f"{sheet}.csv", "")} | all_cells(book, sheet), says)


def damaged(text: str, rng: Random) -> bytes | None:
    return text.replace("e", "\u00e9", 1).encode("latin-1", "ignore") if "e" in text else None


as_bytes(
    "semicolons between columns",
    lambda t, rng: t.replace(",", ";").encode(),
    "separated by",
    "not a CSV",
    "no column",
    "missing",
)
as_bytes(
    "tabs between columns",
    lambda t, rng: t.replace(",", "\t").encode(),
    "separated by",
    "not a CSV",
    "no column",
    "missing",
)
as_bytes("UTF-16", lambda t, rng: t.encode("utf-16"), "UTF-8")
as_bytes("a code page other than UTF-8", damaged, "UTF-8")
as_bytes("a file cut off within quotes", lambda t, rng: (t + '"cut').encode(), "not a CSV")
as_bytes("null characters", lambda t, rng: t.replace("\r\n", "\0\r\n", 2).encode(), "null")
as_bytes("a byte order mark", lambda t, rng: b"\xef\xbb\xbf" + t.encode())
as_bytes("line ends of another system", lambda t, rng: t.replace("\r\n", rng.choice(["\n", "\r"])).encode())
as_bytes("no line end at the end", lambda t, rng: t.rstrip("\r\n").encode())
