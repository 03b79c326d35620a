"""The ledger of options in words, as a table, and as a workbook."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from openpyxl.chart import BarChart, Reference

from ... import cells, summary
from ...book import Page, write_study
from ...plan import Plan
from ...plan_charts import COLOURS

if TYPE_CHECKING:
    from .options import Entry, Ledger

_ROWS, _MOST_BARS = 19, 16  # of the first page, kept for the chart; options drawn
# Verdict -> heading, in the order in which a planner reads them.
CLASSES = {
    "must-do": "Must-do: banning it costs more than the threshold, or leaves no plan",
    "never-do": "Never-do: insisting on it costs more than the threshold, or leaves no plan",
    "free": "Free choices: below the threshold, or not to be told from nothing at this gap",
    "not settled": "Not settled at this gap",
    "not finished": "Not finished",
}
COLUMNS = {
    "kind": "", "name": "", "country": "", "in_optimum": "", "forced": "", "verdict": "", "cost_least": "money",
    "cost_most": "money", "share": "fraction", "index": "fraction", "index_change": "points", "gap": "fraction",
    "status": "", "answer": "",
}  # fmt: skip


def sentences(ledger: Ledger) -> list[str]:
    """The whole answer, most important first."""
    lines = [summary.headline(ledger.optimum), *counts(ledger)]
    for lines_of_class in by_class(ledger).values():
        lines += lines_of_class
    return lines


def counts(ledger: Ledger) -> list[str]:
    """How many of each class, and the threshold between them; nothing without a plan."""
    if not ledger.entries:
        return [summary.ending(ledger.optimum)] if summary.ending(ledger.optimum) else []
    said = ", ".join(f"{n} {verdict}" for verdict in CLASSES if (n := len(ledger.of(verdict))))
    lines = [f"{len(ledger.entries)} options: {said}; threshold {span(ledger, ledger.worth, ledger.worth)}."]
    if not ledger.finished:
        lines.append("Interrupted: the options not finished are marked.")
    return lines


def by_class(ledger: Ledger) -> dict[str, list[str]]:
    """Heading -> a one-line answer for each entry of the class, dearest first; empty classes left out."""
    found = {heading: [answer(ledger, e) for e in ledger.of(verdict)] for verdict, heading in CLASSES.items()}
    return {heading: lines for heading, lines in found.items() if lines}


# ---------------------------------------------------------------- one entry


def answer(ledger: Ledger, entry: Entry) -> str:
    """Why it is in the plan, or why not."""
    question = f"Why {'' if entry.in_optimum else 'not '}{entry.option.name}?"
    if entry.low is None:
        return f"{question} Not finished."
    if entry.impossible:
        return f"{question} {_no_plan(ledger, entry)}: this is proved."
    said = f"{question} {_forced(ledger, entry)} costs {span(ledger, entry.low, entry.high)} more"
    share = share_of(ledger, entry)
    if share is not None and share >= 5e-5 and entry.high != 0:
        said += f" ({'up to ' if entry.low == 0 else ''}{share:.{1 if share >= 0.001 else 2}%})"
    said += f"{_index_moved(ledger, entry)}."
    if entry.idle:
        said += " It would be signed and lie idle."
    if entry.verdict == "free" and entry.high is not None and entry.high > entry.worth:
        said += " That cannot be told from nothing at this gap."
    if entry.verdict == "not settled":
        said += " Whether that is above the threshold takes a smaller gap or more time."
    return said


def _forced(ledger: Ledger, entry: Entry) -> str:
    """What was asked of the plan, as the subject of a sentence."""
    option = entry.option
    if entry.in_optimum:
        return {"supply": "Not buying it", "country": "Doing without all of it"}.get(option.kind, "Doing without it")
    use = "half" if ledger.use == 0.5 else f"{ledger.use:.0%}"
    return {
        "facility": f"Using {use} of its capacity",
        "supply": f"Buying {use} of what it offers",
        "country": "Insisting on any one of its options",
    }.get(option.kind, "Insisting on it")


def _no_plan(ledger: Ledger, entry: Entry) -> str:
    if entry.in_optimum:
        return "No plan can do without it"
    return {
        "route": "It cannot be signed in any plan",
        "expansion": "It cannot be built in any plan",
        "country": "None of its options can be part of any plan",
    }.get(entry.option.kind, "It cannot be used that much in any plan")


def _index_moved(ledger: Ledger, entry: Entry) -> str:
    """How the mean index changes, in as few digits as show it."""
    if entry.index is None or ledger.mean_index is None:
        return ""
    before, after = ledger.mean_index, entry.index
    if abs(after - before) < 5e-4:
        return f" and leaves the mean index at {before:.0%}"
    digits = 0 if abs(after - before) >= 0.01 else 1
    return (
        f" and {'lowers' if after < before else 'raises'} the mean index from {before:.{digits}%} to {after:.{digits}%}"
    )


def price(ledger: Ledger, entry: Entry) -> str:
    """The interval, or that there is none."""
    if entry.low is None:
        return "not finished"
    if entry.impossible:
        return "cannot be banned" if entry.in_optimum else "cannot be had"
    return span(ledger, entry.low, entry.high)


def span(ledger: Ledger, low: float, high: float | None) -> str:
    """'US$ 41.2-43.9 million', 'at most US$ 1.2 million'."""
    divisor = summary.money_unit(ledger.optimum)[1]

    def number(amount: float) -> str:
        x = amount / divisor
        return f"{x:,.0f}" if abs(x) >= 1000 else f"{x:,.1f}" if abs(x) >= 10 else f"{x:,.2f}"

    if high is None:
        return f"at least {summary.in_unit(ledger.optimum, number(low))}"
    if low == 0 and number(high) != number(low):
        return f"at most {summary.in_unit(ledger.optimum, number(high))}"
    figures = number(high) if number(low) == number(high) else f"{number(low)}-{number(high)}"
    return summary.in_unit(ledger.optimum, figures)


def share_of(ledger: Ledger, entry: Entry) -> float | None:
    """The most it may cost (the least, if the most is not known), as a share of the optimum's cost."""
    amount = entry.low if entry.high is None else entry.high
    total = abs(ledger.optimum.cost or 0.0)
    return amount / total if amount is not None and amount < math.inf and total else None


# ---------------------------------------------------------------- the table and the workbook


def ledger_table(ledger: Ledger) -> pd.DataFrame:
    """One row an entry, by class, dearest first."""
    rows = []
    for entry in [e for verdict in CLASSES for e in ledger.of(verdict)]:
        known = not entry.impossible
        moved = None if entry.index is None or ledger.mean_index is None else 100 * (entry.index - ledger.mean_index)
        rows.append(
            (
                entry.option.kind,
                entry.option.name,
                entry.option.country,
                entry.in_optimum,
                "banned" if entry.in_optimum else "insisted on",
                entry.verdict,
                entry.low if known else None,
                entry.high if known else None,
                share_of(ledger, entry),
                entry.index,
                moved,
                entry.gap,
                entry.status,
                answer(ledger, entry),
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def terminal_table(ledger: Ledger) -> list[str]:
    """The ledger in fixed columns."""
    entries = [e for verdict in CLASSES for e in ledger.of(verdict)]
    width = max((len(e.option.name) for e in entries), default=0) + 2
    lines = [f"{'':<{width}}{'':<11}{'in plan':<9}{'class':<14}{'price':>34}{'index':>14}"]
    for e in entries:
        moved = (
            "" if e.index is None or ledger.mean_index is None else f"{100 * (e.index - ledger.mean_index):+.1f} points"
        )
        held = "yes" if e.in_optimum else "no"
        lines.append(
            f"{e.option.name:<{width}}{e.option.kind:<11}{held:<9}{e.verdict:<14}{price(ledger, e):>34}{moved:>14}"
        )
    return lines


def reading(ledger: Ledger) -> list[str]:
    """How the figures are to be read."""
    return [
        "Each price is the difference of two plans' discounted costs, as an interval: true whatever the gaps left open.",
        "An option in the cheapest plan is priced by banning it, one outside by insisting on it; the other side costs 0.",
        f"Insisted on: a route is signed, an expansion built (one module, or its least size), an existing facility or an "
        f"offer used for {ledger.use:.0%} of its capacity on average, a country by at least one of its options.",
        "A route counts once it is signed; one without a minimum may then lie idle, which its line says."
        if ledger.asked.get("earnest") == "not asked"
        else f"A route or an expansion insisted on is also used for {ledger.asked['earnest']:.0%} of what it could be.",
        "Prices of two options do not add up: each is for that one alone, everything else free to adapt.",
        "The index is that of the forced plan found, mean over the years; another plan of nearly the same cost may differ.",
    ]


def write_ledger(ledger: Ledger, path: Path) -> Path:
    """Writes the study; returns the path written."""
    case = ledger.case
    table = ledger_table(ledger)
    inputs = pd.DataFrame(
        {
            "field": [*ledger.optimum.options, *ledger.asked],
            "value": [*ledger.optimum.options.values(), *ledger.asked.values()],
        },
        dtype=object,
    )
    return write_study(
        path,
        f"{case.settings['name']}: what each option costs or saves",
        summary.headline(ledger.optimum),
        {
            "In sum": [*counts(ledger), summary.verdict(ledger.optimum.audit)],
            **by_class(ledger),
            "The plan they are compared with": summary.decisions(_shown(ledger)) if ledger.optimum.has_plan else [],
            "How to read it": reading(ledger),
        },
        {
            "ledger": ("What it costs to ban or to insist on each option.", table, COLUMNS),
            "solver": ("How the optimum and the study were solved.", inputs, {}),
        },
        currency=str(case.settings.get("currency") or "money"),
        figure=_ROWS if _priced(ledger) else 0,
        decorate=lambda book, page: _chart(ledger, book, page),
    )


def _priced(ledger: Ledger) -> list[Entry]:
    """Entries with a price known from both sides, dearest first."""
    known = [e for e in ledger.entries if not e.impossible and e.low is not None and e.high is not None]
    return sorted(known, key=lambda e: (-(e.high or 0.0), e.option.name))[:_MOST_BARS]


def _chart(ledger: Ledger, book: Any, page: Page) -> None:
    """What each option costs or saves, at least and at most, as bars on the first page."""
    entries = _priced(ledger)
    if not entries:
        return
    unit, divisor = summary.money_unit(ledger.optimum)
    sheet = book.create_sheet("chart data")
    cells.put(sheet["A1"], "What the chart on the first page is drawn from.")
    sheet["A1"].font = cells.NOTE
    sheet.column_dimensions["A"].width = 40
    for column, head in enumerate(("option", f"at least, {unit}", f"what is open up to the most, {unit}"), start=1):
        cells.put(sheet.cell(4, column), head)
        sheet.cell(4, column).font = cells.BOLD
    for row, e in enumerate(entries, start=5):
        cells.put(sheet.cell(row, 1), f"{e.option.name} ({'banned' if e.in_optimum else 'insisted on'})")
        low, high = (e.low or 0.0) / divisor, (e.high or 0.0) / divisor
        for column, amount in ((2, low), (3, max(0.0, high - low))):
            sheet.cell(row, column, amount).number_format = "#,##0.00"
    chart: Any = BarChart()
    chart.type, chart.grouping, chart.overlap, chart.gapWidth = "bar", "stacked", 100, 40
    chart.title, chart.height, chart.width = "What it costs to ban or insist on each option", 9.6, 30
    chart.add_data(Reference(sheet, min_col=2, max_col=3, min_row=4, max_row=4 + len(entries)), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=5, max_row=4 + len(entries)))
    chart.y_axis.title, chart.y_axis.number_format = unit, "#,##0.0"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.x_axis.scaling.orientation, chart.y_axis.crosses, chart.x_axis.tickLblSkip = "maxMin", "max", 1
    chart.legend.position = "b"
    for series, colour in zip(chart.series, (COLOURS[0], COLOURS[4]), strict=True):
        series.graphicalProperties.solidFill = colour
    page.sheet.add_chart(chart, f"A{page.figure}")


def _shown(ledger: Ledger) -> Plan:
    """The plan, or what a plan for several futures decides."""
    return ledger.optimum if isinstance(ledger.optimum, Plan) else ledger.optimum.decided
