"""Faults between rows: what each cell alone could hold, and the rows together cannot."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

from magnet_sourcing.schema import TABLES

from .books import At, Book, Grid
from .catalogue_cells import spoil, years_of
from .faults import Place, Spoilt, at_of, is_number, kind, pick, pick_number, row_cell, row_of

GROUP = "sense"


def rows_of(book: Book, sheet: str) -> list[dict[str, Any]]:
    """Rows of a sheet by header, with `at` for their position."""
    if sheet not in book.grids:
        return []
    grid = book.grids[sheet]
    return [
        {h: row[c] if c < len(row) else None for c, h in enumerate(grid.headers)} | {"at": r}
        for r, row in enumerate(grid.rows)
        if r >= grid.first
    ]


def cell(book: Book, sheet: str, row: int, column: str) -> At | None:
    return next((o for o in book.cells if (o.sheet, o.row, o.column.name) == (sheet, row, column)), None)


def add_row(book: Book, sheet: str, **values: Any) -> int:
    """A row more, with columns that the sheet may not have yet; its position."""
    if sheet not in book.grids:
        columns = [c.name for c in TABLES[sheet].columns]
        book.grids[sheet] = Grid(sheet, [columns], 1)
    grid = book.edit(sheet)
    for name in values:
        if name not in grid.headers:
            grid.rows[0].append(name)
    grid.rows.append([values.get(h) for h in grid.headers])
    return len(grid.rows) - 1


# ---------------------------------------------------------------- sums that must be 1


def sums(name: str, sheet: str, column: str, *says: str) -> None:
    @kind(name, GROUP)
    def _(book: Book, rng: Random) -> Spoilt | None:
        at = pick_number(book, rng, lambda at: (at.sheet, at.column.name) == (sheet, column))
        if at is None or (sheet == "stages" and not any(r["weight"] for r in rows_of(book, "stages"))):
            return None
        new = at.value - 0.05 if at.value > 0.5 else at.value + 0.07
        made = spoil(book, at, new, *says)
        assert made is not None
        made.places |= {at_of(book, o) for o in book.cells if (o.sheet, o.column.name) == (sheet, column)}
        made.plausible = sheet == "embedded" and leaves_room(
            book, at
        )  # what shares leave up to 1 stays with the origin
        return made


def leaves_room(book: Book, at: At) -> bool:
    """Whether the shares beside a cell of `embedded` add to 1 at most, as the grid is now."""
    of = ("supply", "toll", "stage", "element")
    rows = rows_of(book, "embedded")
    mine = next(r for r in rows if r["at"] == at.row)
    return sum(r["share"] for r in rows if all(r.get(c) == mine.get(c) for c in of)) <= 1 + 1e-9


sums("probabilities that do not add to 1", "scenarios", "probability", "add to")
sums("stage weights that do not add to 1", "stages", "weight", "add to")
sums("spending shares that do not add to 1", "spending", "share", "add to")
sums("embedded shares above 1 in all", "embedded", "share", "add to", "must be", "does not hold")


# ---------------------------------------------------------------- recipes


def balances(book: Book) -> dict[str, dict[str, Any]]:
    """By process: rows of inputs and outputs, and what a tonne of each holds of each element."""
    content: dict[str, dict[str, float]] = defaultdict(dict)
    for r in rows_of(book, "contents"):
        content[r["material"]][r["element"]] = r["content"]
    made: dict[str, dict[str, Any]] = {}
    for r in rows_of(book, "recipes"):
        of = made.setdefault(r["process"], {"input": [], "output": []})
        quantity = r.get("quantity", next((v for h, v in r.items() if str(h).startswith("quantity ") and v), None))
        of[r["direction"]].append((r["at"], r["material"], quantity, content.get(r["material"], {})))
    return made


def elements(side: list[Any], element: str) -> float:
    return sum(q * content.get(element, 0.0) for _, _, q, content in side if q)


@kind("a recipe that makes more of an element than it takes", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    chances = []
    for sides in balances(book).values():
        for at, _, q, content in sides["output"]:
            for element in content:
                taken, made = elements(sides["input"], element), elements(sides["output"], element)
                if sides["input"] and content[element] and q:
                    chances.append((at, q + (taken * 1.02 - made) / content[element] + 0.001, sides))
    if not chances:
        return None
    at, quantity, sides = rng.choice(chances)
    made = spoil(book, cell(book, "recipes", at, "quantity"), quantity, "out of", "must be", "does not hold")
    if made:
        made.places |= {p for row, *_ in sides["output"] for p in row_of(book, "recipes", row)}
    return made


@kind("content of an element above what went in", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    outputs = {m for sides in balances(book).values() if sides["input"] for _, m, _, c in sides["output"] if c}
    at = pick_number(
        book,
        rng,
        lambda at: at.sheet == "contents" and at.column.name == "content" and row_cell(book, at, "material") in outputs,
    )
    if at is None:
        return None
    made = spoil(book, at, min(1.0, at.value * 1.6 + 0.02), "out of", "does not hold", "must be", "come back")
    assert made is not None
    made.places |= {p for r in rows_of(book, "recipes") for p in row_of(book, "recipes", r["at"])}
    # where recovery is low, or the material is at 1 already, more of it may still be true
    made.plausible = at.value >= 0.5 or not still_too_much(book, at)
    return made


def still_too_much(book: Book, at: At) -> bool:
    """Whether some process now makes more of the element than it takes, by the grid as it is now."""
    element = row_cell(book, at, "element")
    for sides in balances(book).values():
        taken, made = elements(sides["input"], element), elements(sides["output"], element)
        if sides["input"] and made > taken * 1.000001 + 1e-9:
            return True
    return False


@kind("the only input of a recipe lost: matter from nothing", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    chances = [
        (p, s)
        for p, s in balances(book).items()
        if len(s["input"]) == 1 and any(any(c.values()) for *_, c in s["output"])
    ]
    if not chances:
        return None
    process, sides = rng.choice(chances)
    row, material, *_ = sides["input"][0]
    places = {p for at, *_ in sides["output"] for r in (at, at - 1) for p in row_of(book, "recipes", r)}
    places |= {at_of(book, o) for o in book.cells if o.sheet == "processes" and o.value == process}
    key = f"{process}, {material}, input"
    places |= {at_of(book, o) for o in book.cells if o.sheet == "evidence" and o.value == key}
    del book.edit("recipes").rows[row]
    return Spoilt(f"recipes: {process} without its input {material}", places, ("from nothing", "no row"))


@kind("input and output of a recipe exchanged", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    chances = [
        (p, at)
        for p, s in balances(book).items()
        if s["input"] and s["output"]
        for at, _, q, c in (s["input"][0], s["output"][0])
        if any(c.values()) and q
    ]
    if not chances:
        return None
    process, row = rng.choice(chances)
    at = cell(book, "recipes", row, "direction")
    assert at is not None
    made = spoil(book, at, "output" if at.value == "input" else "input")
    assert made is not None
    made.places |= {
        p for r in rows_of(book, "recipes") if r["process"] == process for p in row_of(book, "recipes", r["at"])
    }
    made.places |= {
        at_of(book, o)
        for o in book.cells
        if o.sheet in ("evidence", "processes") and process in str(o.value).split(", ")
    }
    return made


@kind("a process that makes many times the mass it takes", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    chances = [
        (at, q, s) for s in balances(book).values() if s["input"] and s["output"] for at, _, q, _ in s["output"] if q
    ]
    if not chances:
        return None
    row, quantity, sides = rng.choice(chances)
    taken = sum(q or 0.0 for _, _, q, _ in sides["input"])
    made = spoil(book, cell(book, "recipes", row, "quantity"), quantity + 30 * max(taken, 1.0))
    if made:
        made.places |= {p for r, *_ in sides["output"] for p in row_of(book, "recipes", r)}
    return made


# ---------------------------------------------------------------- the network


@kind("a lane from a place to itself", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.sheet == "lanes" and at.column.name == "destination")
    return spoil(book, at, row_cell(book, at, "origin"), "to itself") if at else None


@kind("a lane to nowhere: nobody there takes what it brings", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    return _ends_nowhere(book, rng, "destination", "leads nowhere")


@kind("a lane from nowhere: nothing there for it to carry", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    return _ends_nowhere(book, rng, "origin", "nothing to carry")


def _ends_nowhere(book: Book, rng: Random, end: str, said: str) -> Spoilt | None:
    """A lane that carries something has this end at a new place, where nothing else is."""
    if not rows_of(book, "lanes") or not rows_of(book, "freight"):
        return None
    country = rows_of(book, "locations")[0]["country"]
    add_row(book, "locations", location="Nowhere Bay", country=country)
    lane = rng.choice(
        [r for r in rows_of(book, "lanes") if any(f["lane"] == r["lane"] for f in rows_of(book, "freight"))]
    )
    at = cell(book, "lanes", lane["at"], end)
    made = spoil(book, at, "Nowhere Bay", said)
    assert made is not None
    made.places |= {
        p for f in rows_of(book, "freight") if f["lane"] == lane["lane"] for p in row_of(book, "freight", f["at"])
    }
    return made


@kind("an orphan: a material that nothing makes, takes or moves", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    row = add_row(book, "materials", material=rng.choice(["Unobtainium", "NdPr oxide (old)", "Total"]))
    return Spoilt("materials: an orphan", row_of(book, "materials", row), ("nothing",))


@kind("an orphan: a place that nothing uses", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    country = rows_of(book, "locations")[0]["country"]
    row = add_row(book, "locations", location="Old Harbour", country=country)
    return Spoilt("locations: an orphan", row_of(book, "locations", row), ("nothing",))


def cycle(name: str, sheet: str, column: str) -> None:
    @kind(name, GROUP)
    def _(book: Book, rng: Random) -> Spoilt | None:
        names = book.keys(sheet)
        if not names:
            return None
        ring = rng.sample(names, rng.randrange(1, min(3, len(names)) + 1))
        grid = book.edit(sheet)
        if column not in grid.headers:
            grid.rows[0].append(column)
        c, key = grid.headers.index(column), grid.headers.index(TABLES[sheet].key[0])
        for row in grid.rows[grid.first :]:
            if row[key] in ring:
                row += [None] * (c + 1 - len(row))
                row[c] = ring[(ring.index(row[key]) + 1) % len(ring)]
        places = {book.place(sheet, r, c) for r, row in enumerate(grid.rows) if row[key] in ring}
        return Spoilt(
            f"{sheet}: {' > '.join(map(str, ring))} in a ring", places, ("depends on itself", "includes itself")
        )


cycle("routes that need each other in a ring", "routes", "needs")
cycle("expansions that need each other in a ring", "expansions", "needs")
cycle("offers that open after each other in a ring", "supplies", "after")
cycle("scenarios that include each other in a ring", "scenarios", "includes")


# ---------------------------------------------------------------- limits, contracts, settings


@kind("limits that contradict each other", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    metric = rng.choice(["activity", "bought", "delivered", "capacity", "builds"])
    rows: set[Place] = set()
    for name, sense, value in (("floor", "at least", 50.0), ("ceiling", rng.choice(["at most", "equal"]), 20.0)):
        rows |= row_of(book, "limits", add_row(book, "limits", limit=name, sense=sense, value=value))
        add_row(book, "limit_terms", limit=name, metric=metric)
    return Spoilt(f"limits: {metric} at least 50 and at most 20", rows, ("contradict",))


@kind("a limit that counts nothing", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    row = add_row(book, "limits", limit="empty", sense="at most", value=5.0)
    return Spoilt("limits: no terms", row_of(book, "limits", row), ("counts nothing",))


@kind("a limit with a filter its metric does not know", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    add_row(book, "limits", limit="odd", sense="at most", value=5.0)
    place = rows_of(book, "locations")[0]["location"]
    row = add_row(book, "limit_terms", limit="odd", metric=rng.choice(["index", "cost", "signings"]), location=place)
    return Spoilt(
        "limit_terms: a filter unknown to the metric", row_of(book, "limit_terms", row), ("cannot be filtered",)
    )


@kind("a setting against another", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    grid = book.edit("settings")
    name, value = grid.headers.index("setting"), grid.headers.index("value")
    given = {row[name]: row for row in grid.rows[1:]}
    for setting, wanted in (("capital", "annuity"), ("salvage", "straight-line")):
        if setting in given:
            given[setting][value] = wanted
        else:
            grid.rows.append([{name: setting, value: wanted}.get(c) for c in range(len(grid.headers))])
    row = next(r for r, cells in enumerate(grid.rows) if cells[name] == "salvage")
    return Spoilt("settings: annuities with salvage", {book.place("settings", row, value)}, ("goes with capital",))


@kind("a setting twice", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = rng.choice(book.settings)
    grid = book.edit("settings")
    grid.rows.append(list(grid.rows[at.row]))
    return Spoilt(
        f"settings: {at.column.name} twice", row_of(book, "settings", len(grid.rows) - 1), ("already", "twice")
    )


@kind("an exposed country that is none of the case's", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = next((s for s in book.settings if s.column.name == "exposed_country" and s.value), None)
    if at is None:
        return None
    made = spoil(book, at, rng.choice(["PRC", "Chna", "Atlantis", "CN"]), "no country of the case")
    assert made is not None
    return made


@kind("a growth beside quantities by year", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(book, rng, lambda at: at.sheet == "demands" and at.year is not None and is_number(at.value))
    if at is None:
        return None
    grid = book.edit("demands")
    if "growth" not in grid.headers:
        grid.rows[0].append("growth")
    c = grid.headers.index("growth")
    grid.rows[at.row] += [None] * (c + 1 - len(grid.rows[at.row]))
    grid.rows[at.row][c] = 0.05
    return Spoilt(
        f"demands, row {at.row + 1}: growth and quantities by year",
        {book.place("demands", at.row, c)},
        ("growth goes with",),
    )


@kind("a toll under a contract of another kind", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    tolls = {r["route"] for r in rows_of(book, "tolls")}
    at = pick(
        book, rng, lambda at: at.sheet == "routes" and at.column.name == "kind" and row_cell(book, at, "route") in tolls
    )
    if at is None:
        return None
    made = spoil(book, at, "offtake", "a toll needs")
    assert made is not None
    made.places |= {p for r in rows_of(book, "tolls") for p in row_of(book, "tolls", r["at"])}
    return made


@kind("an annuity without the years it is paid over", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    if not any(s.column.name == "capital" and s.value == "annuity" for s in book.settings):
        return None
    at = pick(book, rng, lambda at: at.sheet == "expansions" and at.column.name == "life" and is_number(at.value))
    if at is None:
        return None
    book.put(at, None)
    return Spoilt(f"expansions, row {at.row + 1}: no life", {at_of(book, at)}, ("life is blank",))


@kind("a duty on a material without value", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    priced = {
        r["material"]
        for r in rows_of(book, "materials")
        if any(is_number(v) for h, v in r.items() if str(h).startswith("value"))
    }
    chances = [r for r in rows_of(book, "freight") if r["material"] not in priced]
    if not chances:
        return None
    row = rng.choice(chances)
    grid = book.edit("freight")
    if "duty" not in grid.headers:
        grid.rows[0].append("duty")
    c = grid.headers.index("duty")
    grid.rows[row["at"]] += [None] * (c + 1 - len(grid.rows[row["at"]]))
    grid.rows[row["at"]][c] = 0.1
    return Spoilt(
        f"freight, row {row['at'] + 1}: a duty on {row['material']}",
        {book.place("freight", row["at"], c)},
        ("needs the value",),
    )


@kind("a disruption of years beside the plan's", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    at = pick(
        book, rng, lambda at: at.sheet == "disruptions" and at.column.name == "first_year" and is_number(at.value)
    )
    if at is None:
        return None
    return spoil(book, at, years_of(book)[-1] + 30, "no period", "is after", "begins in")


@kind("a disruption of what is decided before", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    if not rows_of(book, "disruptions") or not rows_of(book, "expansions"):
        return None
    scenario = rows_of(book, "scenarios")[0]["scenario"]
    row = add_row(
        book, "disruptions", scenario=scenario, table="expansions", column="max_size", operation="multiply", value=0.5
    )
    return Spoilt(
        "disruptions: max_size of expansions", row_of(book, "disruptions", row), ("before the future is known",)
    )


@kind("a cost curve that does not begin at nothing", GROUP)
def _(book: Book, rng: Random) -> Spoilt | None:
    if not rows_of(book, "expansion_costs"):
        return None
    at = pick(book, rng, lambda at: at.sheet == "expansion_costs" and at.column.name in ("size", "cost"))
    if at is None:
        return None
    made = spoil(book, at, (at.value or 0) + 7.0)
    assert made is not None
    made.places |= {p for r in rows_of(book, "expansion_costs") for p in row_of(book, "expansion_costs", r["at"])}
    # a point between the ends may lie elsewhere, and any but the first may cost more
    last = max(o.value for o in book.cells if (o.sheet, o.col) == (at.sheet, at.col))
    made.plausible = at.value > 0 and (at.column.name == "cost" or at.value < last)
    return made
