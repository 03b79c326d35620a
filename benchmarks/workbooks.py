"""Reading a long case and writing a long plan: ours beside ways that only move cells.

    python benchmarks/workbooks.py                # 100,000 rows; writes its table into docs/performance.md

Each way runs in a process of its own, so that none finds another's memory; ways take turns, and medians of processor
time are shown. lxml, python-calamine, XlsxWriter and PyExcelerate take part where they are installed; none is a
dependency. The peers get frames and hand over frames or lists: they check nothing and style nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from generator import SIZES, chain
from magnet_sourcing import Case, Plan, solve
from ways import peak

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- workbooks: written by benchmarks/workbooks.py -->", "<!-- end of workbooks -->"


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
    return sum(map(len, Case.read(path).tables.values()))


def ours_checked(path: Path) -> int:
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


def pyexcelerate(plan: Plan, path: Path) -> None:
    from pyexcelerate import Workbook

    book = Workbook()
    for name, frame in plan.tables.items():
        book.new_sheet(name, data=[list(frame.columns), *map(list, _rows(frame))])
    book.save(str(path))


# ---------------------------------------------------------------- measuring


@dataclass(frozen=True)
class Way:
    """function: what is timed. needs: the module without which it is left out. lxml, defused: whether openpyxl parses
    and writes with lxml, and parses with defusedxml (which it does wherever that is installed, and it is safer)."""

    function: Callable[..., Any]
    needs: str = "openpyxl"
    lxml: bool = False
    defused: bool = True

    @property
    def environment(self) -> dict[str, str]:
        return {"OPENPYXL_LXML": str(self.lxml), "OPENPYXL_DEFUSEDXML": str(self.defused)}


READING = {
    "ours: read": Way(ours_read),
    "ours: read and checked": Way(ours_checked),
    "openpyxl": Way(openpyxl_cells),
    "openpyxl read_only": Way(openpyxl_read_only),
    "openpyxl read_only, without defusedxml": Way(openpyxl_read_only, defused=False),
    "openpyxl read_only, lxml, without defusedxml": Way(openpyxl_read_only, "lxml", lxml=True, defused=False),
    "pandas, openpyxl, without defusedxml": Way(pandas_openpyxl, defused=False),
    "pandas, calamine (Rust)": Way(pandas_calamine, "python_calamine"),
    "calamine (Rust), lists": Way(calamine, "python_calamine"),
}
WRITING = {
    "ours: styles, links, charts, inputs": Way(ours_write),
    "openpyxl": Way(openpyxl_append),
    "openpyxl, a number format": Way(openpyxl_styled),
    "openpyxl, lxml": Way(openpyxl_append, "lxml", lxml=True),
    "openpyxl write_only": Way(openpyxl_write_only),
    "openpyxl write_only, lxml": Way(openpyxl_write_only, "lxml", lxml=True),
    "pandas, openpyxl": Way(pandas_with("openpyxl")),
    "pandas, XlsxWriter": Way(pandas_with("xlsxwriter"), "xlsxwriter"),
    "XlsxWriter, constant memory": Way(xlsxwriter, "xlsxwriter"),
    "PyExcelerate": Way(pyexcelerate, "pyexcelerate"),
}


def timed(folder: Path, kind: str, name: str) -> None:
    """Runs one way once, and prints its processor seconds and its greatest memory in MB."""
    import openpyxl  # noqa: F401  imports are not what is measured

    if kind == "read":
        asked: tuple[Any, ...] = (folder / "case.xlsx",)
    else:
        asked = (pd.read_pickle(folder / "plan.pickle"), folder / "written.xlsx")
    begun = time.process_time()
    (READING if kind == "read" else WRITING)[name].function(*asked)
    seconds = time.process_time() - begun
    print(json.dumps([seconds, peak()]))


def table(folder: Path, kind: str, ways: dict[str, Way], rounds: int) -> str:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, way in ways.items() if find_spec(way.needs)}
    for _ in range(rounds):
        for name in found:
            run = [sys.executable, __file__, "--way", str(folder), kind, name]
            environment = os.environ | ways[name].environment
            told = subprocess.run(run, capture_output=True, text=True, check=True, env=environment).stdout
            found[name].append(json.loads(told.splitlines()[-1]))
    seconds = {name: statistics.median(s for s, _ in times) for name, times in found.items()}
    ours = next(iter(seconds.values()))
    lines = ["| way | CPU s | times ours | peak MB |", "|---|---|---|---|"]
    for name, times in found.items():
        lines.append(f"| {name} | {seconds[name]:.2f} | {seconds[name] / ours:.2f} | {max(m for _, m in times):.0f} |")
    return "\n".join(lines)


def about(rounds: int) -> str:
    packages = ("openpyxl", "pandas", "lxml", "python-calamine", "XlsxWriter", "PyExcelerate")
    versions = []
    for package in packages:
        with suppress(PackageNotFoundError):
            versions.append(f"{package} {version(package)}")
    python = f"Python {platform.python_version()}"
    return f"{date.today()}; {os.cpu_count()} cores; medians of {rounds}; {', '.join([python, *versions])}."


def main() -> None:
    options = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--way", nargs=3, metavar=("FOLDER", "KIND", "NAME"), help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.way:
        timed(Path(asked.way[0]), asked.way[1], asked.way[2])
        return
    parts = [about(asked.rounds)]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        case, plan = long_case(asked.rows), long_plan(asked.rows)
        case.write(folder / "case.xlsx")
        pd.to_pickle(plan, folder / "plan.pickle")
        for title, kind, ways, tables in (
            ("Reading a case", "read", READING, case.tables),
            ("Writing a plan", "write", WRITING, plan.tables),
        ):
            rows, cells = (sum(map(int, each)) for each in zip(*map(_size, tables.values()), strict=True))
            parts += [f"{title} of {rows:,} rows, {cells:,} filled cells:", table(folder, kind, ways, asked.rounds)]
    text = "\n\n".join(parts)
    print(text)
    if asked.rows == 100_000:  # what the page speaks of
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        _, end, after = rest.partition(END)
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}" if end else before, encoding="utf-8")


def _size(frame: pd.DataFrame) -> tuple[int, int]:
    return len(frame), int(frame.notna().to_numpy().sum())


if __name__ == "__main__":
    main()
