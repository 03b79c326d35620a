"""What must hold for ranges: the rows of `evidence`, and how `assumptions` are spread. Rules as in `checks.py`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from .parsing import Record
from .problems import did_you_mean
from .schema import TABLES, Column, split_header
from .values import BadValue, convert

if TYPE_CHECKING:
    from .checks import Content


def evidence_targets(c: Content) -> None:
    """Evidence speaks of numbers that are in the case, each once, and its range is one the number can take."""
    records = {name: {r.key: r for r in rows} for name, rows in c.records.items()}
    spoken: dict[tuple[str, str, str], set[int | None]] = defaultdict(set)
    for r in c.table("evidence"):
        if r["table"] == "settings":
            if r["row"] not in c.settings:
                c.error(r, "row", f"no setting '{r['row']}'{did_you_mean(str(r['row']), c.settings)}")
            continue
        table = TABLES.get(r["table"] or "")
        if table is None:
            c.error(r, "table", f"no table '{r['table']}'{did_you_mean(str(r['table']), TABLES)}")
            continue
        if r["row"] not in records[table.name]:
            near = did_you_mean(str(r["row"]), records[table.name])
            c.error(r, "row", f"no row '{r['row']}' in {table.name}{near}")
        name, year = (r["column"], None) if r["column"] in table.by_name else split_header(str(r["column"]))
        column = table.by_name.get(name)
        if column is None or not column.numeric:
            numbers = [x.name for x in table.columns if x.numeric]
            c.error(r, "column", f"'{r['column']}' is no number column of {table.name}{did_you_mean(name, numbers)}")
            continue
        if year is not None and not _has_year(c, r, column, year):
            continue
        years = spoken[table.name, str(r["row"]), name]
        if years and (year is None) != (None in years):
            c.error(r, "column", f"{name} of {r['row']} has a range for all years and one for a year; give one or the other")
        elif year in years:
            said = f"{r['column']} of {r['row']} has a range in the sheet evidence already; give one or the other"
            c.error(r, "low", said)
        years.add(year)
        _range_fits(c, r, column)
        if r["row"] in records[table.name]:
            _holds_the_number(c, r, records[table.name][r["row"]], column, year)


def _has_year(c: Content, r: Record, column: Column, year: int) -> bool:
    if not column.yearly:
        c.error(r, "column", f"'{r['column']}': {column.name} of {r['table']} has one value, not one for each year")
        return False
    if c.periods and year not in c.periods:
        c.error(r, "column", f"'{r['column']}': no period begins in {year}; they begin in {', '.join(map(str, c.periods))}")
        return False
    return True


def _range_fits(c: Content, r: Record, column: Column) -> None:
    """Both ends, in order, each a value the column could hold."""
    low, high = r["low"], r["high"]
    for end, other in (("low", "high"), ("high", "low")):
        if r[end] is None:
            if r[other] is not None and not {end, other} & r.bad:
                c.warn(r, end, f"{end} is blank while {other} is given: no range without both, so studies leave it out")
            continue
        try:
            convert(column, r[end])
        except BadValue as reason:
            c.error(r, end, f"{end} of the range: {reason}")
    if low is not None and high is not None and low > high:
        c.error(r, "low", f"low {low:g} is above high {high:g}")
    if r["distribution"] == "lognormal" and low is not None and low <= 0:
        c.error(r, "low", f"low {low:g}; a lognormal number is above 0, so its low end must be")


def _holds_the_number(c: Content, r: Record, row: Record, column: Column, year: int | None) -> None:
    """A warning if the case's own number lies outside the range: one of the two is out of date."""
    low, high = r["low"], r["high"]
    if low is None or high is None or low > high or column.name in row.bad:
        return
    if column.yearly:
        numbers = c.yearly(row, column.name)
        growth = row["growth"] if (row.table, column.name) == ("demands", "quantity") else 0
        if growth and year is not None:
            numbers = {t: x * (1 + growth) ** (t - c.settings["base_year"]) for t, x in numbers.items()}
        held = list(numbers.values()) if year is None else [numbers[t] for t in (year,) if t in numbers]
    else:
        held = [] if row[column.name] is None else [row[column.name]]
    outside = next((x for x in held if not between(low, x, high)), None)
    if outside is not None:
        c.warn(
            r,
            "low",
            f"the range {low:g} to {high:g} does not hold the case's own {r['column']}, {outside:g}: correct one of them; "
            "studies of ranges leave it out",
        )


def between(low: float, x: float, high: float) -> bool:
    """low <= x <= high, but for the last digits that a table rounds away."""
    slack = 1e-6 * max(1.0, abs(x)) if abs(x) >= 1 else 1e-6
    return low - slack <= x <= high + slack


def groups(c: Content) -> None:
    """A group has members, and is no assumption; how closely a number follows needs a group to follow."""
    assumed = {r["assumption"] for r in c.table("assumptions")}
    members: dict[str, list[Record]] = defaultdict(list)
    for name in ("evidence", "assumptions"):
        for r in c.table(name):
            if r["group"] is not None:
                members[r["group"]].append(r)
            elif "correlation" not in r.bad and r["correlation"] != 1:
                said = f"correlation {r['correlation']:g} without a group to follow; name one, or leave it blank"
                c.error(r, "correlation", said)
    for group, rows in members.items():
        for r in rows:
            if r.table == "evidence" and group in assumed:
                c.error(r, "group", f"group '{group}' has the name of an assumption; call it otherwise")
        if len({r["assumption"] or id(r) for r in rows}) == 1:
            others = [g for g in members if g != group]
            near = did_you_mean(group, others) if others else ""
            c.warn(rows[0], "group", f"nothing else is in group '{group}'" + (near if "mean" in near else ""))


def assumption_spread(c: Content) -> None:
    """A lognormal assumption multiplies, and never by 0 or less."""
    for r in c.table("assumptions"):
        if r["distribution"] != "lognormal":
            continue
        if r["operation"] == "add":
            said = "what is added can be 0 or less, so it is not lognormal; triangular, uniform or normal can be"
            c.error(r, "distribution", said)
        elif r["low"] is not None and r["low"] <= 0:
            c.error(r, "low", f"low {r['low']:g}; a lognormal number is above 0, so its low end must be")
