"""Reading a long case and writing a long plan: ours, which checks and styles, against ways that only move cells.

Each way runs in a process of its own, so that none finds another's memory; ways take turns, and medians of processor
time are shown. lxml, python-calamine and XlsxWriter take part where they are installed; none is a dependency. The peers
get the tables ready-made. `openpyxl-compatible` are ways whose book or cells are openpyxl's.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from generator import SIZES, chain
from magnet_sourcing import Case, Plan, solve

Tables = dict[str, pd.DataFrame]


def long_case(rows: int) -> Case:
    """A generated case of about so many rows."""
    small = replace(SIZES["300k"], plants=60, whole=False)
    each = sum(map(len, chain(small).tables.values())) / small.plants
    return chain(replace(small, plants=round(rows / each)))


# Tables of a plan whose rows may be repeated without making nonsense of the plan.
LISTS = ("flows", "costs", "activity", "capacity", "purchases", "exposure", "prices")


def long_plan(rows: int) -> Plan:
    """The plan of the small case, its lists repeated to so many rows with other numbers."""
    plan, draw = solve(Case.small()), np.random.default_rng(0)
    for name in LISTS:
        frame = plan.tables[name]
        frame = frame.iloc[np.arange(rows // len(LISTS)) % len(frame)].reset_index(drop=True)
        for column in frame.select_dtypes("floating"):
            frame[column] *= draw.uniform(0.5, 1.5, len(frame))
        plan.tables[name] = frame
    return plan


# ---------------------------------------------------------------- reading


def ours_read(path: Path) -> int:
    case = Case.read(path)
    assert not [p for p in case.check() if p.severity == "error"]
    return sum(map(len, case.tables.values()))


def openpyxl_cells(path: Path) -> int:
    import openpyxl

    return sum(1 for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() if row[0].value is not None)


def openpyxl_read_only(path: Path) -> int:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(1 for sheet in book for row in sheet.iter_rows(values_only=True) if row)


def pandas_openpyxl(path: Path) -> int:
    return sum(map(len, pd.read_excel(path, sheet_name=None, engine="openpyxl").values()))


def pandas_calamine(path: Path) -> int:
    return sum(map(len, pd.read_excel(path, sheet_name=None, engine="calamine").values()))


def calamine(path: Path) -> int:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(str(path))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


# ---------------------------------------------------------------- writing


def ours_write(plan: Plan, path: Path) -> None:
    plan.write(path)


def _rows(frame: pd.DataFrame) -> Any:
    """Blanks as None, as every writer wants them."""
    return frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)


def openpyxl_append(plan: Plan, path: Path, **mode: Any) -> None:
    import openpyxl

    book = openpyxl.Workbook(**mode)
    for name, frame in plan.tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for row in _rows(frame):
            sheet.append(row)
    book.save(path)


def openpyxl_styled(plan: Plan, path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for name, frame in plan.tables.items():
        sheet = book.create_sheet(name)
        sheet.append(list(frame.columns))
        for r, row in enumerate(_rows(frame), start=2):
            for i, value in enumerate(row, start=1):
                cell = sheet.cell(r, i, value)
                cell.number_format = "#,##0.00"
    book.save(path)


def openpyxl_write_only(plan: Plan, path: Path) -> None:
    openpyxl_append(plan, path, write_only=True)


def pandas_with(engine: str) -> Callable[[Plan, Path], None]:
    def write(plan: Plan, path: Path) -> None:
        with pd.ExcelWriter(path, engine=engine) as book:  # type: ignore[call-overload]
            for name, frame in plan.tables.items():
                frame.to_excel(book, sheet_name=name, index=False)

    return write


def xlsxwriter(plan: Plan, path: Path) -> None:
    import xlsxwriter as writer

    book = writer.Workbook(str(path), {"constant_memory": True})
    for name, frame in plan.tables.items():
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, list(frame.columns))
        for r, row in enumerate(_rows(frame), start=1):
            sheet.write_row(r, 0, row)
    book.close()


# ---------------------------------------------------------------- measuring

# What it is called -> function, module it needs, whether it is openpyxl-compatible, whether with lxml.
Way = tuple[Callable[..., Any], str, bool, bool]
READING: dict[str, Way] = {
    "ours: read and check": (ours_read, "openpyxl", True, False),
    "openpyxl": (openpyxl_cells, "openpyxl", True, False),
    "openpyxl, lxml": (openpyxl_cells, "lxml", True, True),
    "openpyxl read_only, values only": (openpyxl_read_only, "openpyxl", True, False),
    "openpyxl read_only, values only, lxml": (openpyxl_read_only, "lxml", True, True),
    "pandas, openpyxl": (pandas_openpyxl, "openpyxl", True, False),
    "pandas, calamine": (pandas_calamine, "python_calamine", False, False),
    "python-calamine": (calamine, "python_calamine", False, False),
}
WRITING: dict[str, Way] = {
    "ours: styles, links, marks, charts, inputs": (ours_write, "openpyxl", True, False),
    "openpyxl, values and a number format": (openpyxl_styled, "openpyxl", True, False),
    "openpyxl, values": (openpyxl_append, "openpyxl", True, False),
    "openpyxl, values, lxml": (openpyxl_append, "lxml", True, True),
    "openpyxl write_only, values": (openpyxl_write_only, "openpyxl", True, False),
    "openpyxl write_only, values, lxml": (openpyxl_write_only, "lxml", True, True),
    "pandas, openpyxl": (pandas_with("openpyxl"), "openpyxl", True, False),
    "pandas, XlsxWriter": (pandas_with("xlsxwriter"), "xlsxwriter", False, False),
    "XlsxWriter, constant memory": (xlsxwriter, "xlsxwriter", False, False),
}


def timed(folder: Path, kind: str, name: str) -> None:
    """Runs one way once, and prints its processor seconds and its greatest memory in MB."""
    function = (READING if kind == "read" else WRITING)[name][0]
    import openpyxl  # noqa: F401  imports are not what is measured

    if kind == "read":
        begun = time.process_time()
        function(folder / "case.xlsx")
    else:
        plan = pd.read_pickle(folder / "plan.pickle")
        begun = time.process_time()
        function(plan, folder / "written.xlsx")
    seconds = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, memory]))


def table(folder: Path, kind: str, ways: dict[str, Way], rounds: int) -> pd.DataFrame:
    found: dict[str, list[tuple[float, float]]] = {n: [] for n, way in ways.items() if find_spec(way[1])}
    for _ in range(rounds):
        for name in found:
            run = [sys.executable, __file__, "--way", str(folder), kind, name]
            lxml = {"OPENPYXL_LXML": str(ways[name][3])}
            told = subprocess.run(run, capture_output=True, text=True, check=True, env=os.environ | lxml).stdout
            found[name].append(json.loads(told.splitlines()[-1]))
    ours = statistics.median(s for s, _ in next(iter(found.values())))
    rows = [
        (
            name,
            (s := statistics.median(s for s, _ in x)),
            s / ours,
            max(m for _, m in x),
            "yes" if ways[name][2] else "no",
        )
        for name, x in found.items()
    ]
    return pd.DataFrame(rows, columns=["way", "CPU s", "times ours", "peak MB", "openpyxl-compatible"])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--way", nargs=3, metavar=("FOLDER", "KIND", "NAME"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.way:
        timed(Path(asked.way[0]), asked.way[1], asked.way[2])
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        case, plan = long_case(asked.rows), long_plan(asked.rows)
        case.write(folder / "case.xlsx")
        pd.to_pickle(plan, folder / "plan.pickle")
        for title, kind, ways, tables in (
            ("Reading a case", "read", READING, case.tables), ("Writing a plan", "write", WRITING, plan.tables)
        ):  # fmt: skip
            cells = sum(int(f.notna().to_numpy().sum()) for f in tables.values())
            print(f"{title}: {sum(map(len, tables.values())):,} rows, {cells:,} filled cells, {asked.rounds} rounds")
            print(table(folder, kind, ways, asked.rounds).to_string(index=False, float_format="%.2f"), "\n")


if __name__ == "__main__":
    main()
