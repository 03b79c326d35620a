"""`ranges`: what of a case can be varied, and how an expression of --vary is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import EPILOG, echo_json, not_over, output_options, read_case, records, section

if TYPE_CHECKING:
    from ..case import Case
    from ..studies.ranges.vary import Vary


@click.command(epilog=EPILOG)
@click.argument("case", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Writes the list: a workbook (.xlsx), a CSV file, or a folder of CSV tables.",
)
@click.option("--vary", multiple=True, help="Shows how an expression is read, instead of the list. Repeatable.")
@output_options
def ranges(
    case: Path | None, output: Path | None, vary: tuple[str, ...], as_json: bool, quiet: bool, debug: bool
) -> None:
    """The numbers of CASE that carry a range, by the names that studies know them by; solves nothing."""
    from ..solving import check_case
    from ..studies.ranges.listing import headline, ranges_table, write_ranges

    read = read_case(case)
    check_case(read)
    varied = _read_all(read, vary)
    files = [write_ranges(read, not_over(case, output))] if output is not None else []
    if as_json:
        answer: dict[str, Any] = {"headline": headline(read), "files": [str(f) for f in files]}
        answer |= {"vary": [_vary_as_json(v) for v in varied]} if vary else {"ranges": records(ranges_table(read))}
        echo_json(answer)
        return
    if vary:
        for v in varied:
            section(v.name, _said(v))
    else:
        click.echo(headline(read))
        if not quiet:
            _show(read)
    for file in files:
        click.echo(f"Ranges written to {file}")


def _read_all(case: Case, expressions: tuple[str, ...]) -> list[Vary]:
    """Every expression read, or the problems of all of them at once."""
    from ..studies.ranges.vary import parse_vary

    found, faults = [], []
    for text in expressions:
        try:
            found.append(parse_vary(case, text))
        except ValueError as reason:
            faults.append(str(reason))
    if faults:
        raise ValueError("\n".join(faults))
    return found


def _show(case: Case) -> None:
    from ..studies.ranges.ranges import ranges_of, said_left_out

    found = ranges_of(case)
    rows = [(r.name, r.shown(-1), r.shown(0), r.shown(1), r.confidence) for r in found]
    heads = ("name", "low", "as it stands", "high", "confidence")
    widths = [max(len(row[i]) for row in (*rows, heads)) for i in range(len(heads))]
    section("Ranges", ["  ".join(x.ljust(w) for x, w in zip(row, widths, strict=True)).rstrip() for row in (heads, *rows)])
    left = said_left_out(case)
    if left:
        section("What is not varied alone", left)


def _said(varied: Vary) -> list[str]:
    shown = [varied.shown(v) for v in varied.values]
    if len(shown) > 12:
        shown = [*shown[:6], "...", *shown[-2:]]
    first = varied.changes(next((v for v in varied.values if v != varied.base), varied.values[0]))
    return [
        f"{len(varied.values)} value{'' if len(varied.values) == 1 else 's'}: {', '.join(shown)}",
        *(f"such as  {change}" for change in first[:5]),
        *([f"and {len(first) - 5} changes more"] if len(first) > 5 else []),
    ]


def _vary_as_json(varied: Vary) -> dict[str, Any]:
    return {
        "expression": varied.text,
        "name": varied.name,
        "unit": varied.unit,
        "base": varied.base,
        "values": [{"value": v, "shown": varied.shown(v)} for v in varied.values],
    }
