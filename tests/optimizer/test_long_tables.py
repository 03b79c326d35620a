"""Long tables are written as XML of ours: what a reader finds must be what openpyxl would have written."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import magnet_sourcing as ms
import pandas as pd
import pytest
from click.testing import CliRunner
from magnet_sourcing import long_rows
from magnet_sourcing.book import add_table
from magnet_sourcing.cli import main
from magnet_sourcing.saving import save
from openpyxl import Workbook, load_workbook

TEXTS = [
    "plain", "=1+1", "+2", "-", "@x", "{a}", "\ttab", " spaces ", "a & b < c > d \"e\" 'f'", "line\nbreak", "#N/A", "ümläut",
    "x\x07y", "5", "", None, "y" * 40_000, "]]>", "\U0001f30d",
]  # fmt: skip
NUMBERS = [0, 1, -1.5, 1e-300, 1e300, 123456789012345678, 0.1 + 0.2, 1 / 3, None, float("nan"), 2.0, 1e15, float("inf")]


def table(rows: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": pd.Series([TEXTS[i % len(TEXTS)] for i in range(rows)], dtype=object),
            "amount": pd.Series([NUMBERS[i % len(NUMBERS)] for i in range(rows)], dtype=object),
            "share": [i / rows for i in range(rows)],
            "binding": [i % 2 == 0 for i in range(rows)],
            "mixed": pd.Series([TEXTS[0] if i % 2 else 5 for i in range(rows)], dtype=object),
        }
    )


def written(path: Path, frame: pd.DataFrame, final: bool) -> Path:
    book = Workbook()
    add_table(book.active, "help", frame, totals=("share",), final=final)
    save(book, path, "long")
    return path


def seen(path: Path) -> list[list[tuple[Any, ...]]]:
    sheet = load_workbook(path).active
    return [
        [(c.coordinate, c.value, c.data_type, c.number_format, c.quotePrefix, c.font.b) for c in row if c.value is not None]
        for row in sheet.iter_rows()
    ]


def test_both_ways_of_writing_give_the_same_cells(tmp_path: Path) -> None:
    frame = table(long_rows.LONG + 50)
    one, other = written(tmp_path / "a.xlsx", frame, True), written(tmp_path / "b.xlsx", frame, False)
    assert seen(one) == seen(other)
    sheets = [load_workbook(path).active for path in (one, other)]
    assert sheets[0].dimensions == sheets[1].dimensions
    assert sheets[0].freeze_panes == sheets[1].freeze_panes
    for values in (True, False):  # readers that go by what the file says of its own size
        streamed = [load_workbook(BytesIO(p.read_bytes()), read_only=True).active for p in (one, other)]
        rows = [list(sheet.iter_rows(values_only=values)) for sheet in streamed]
        assert len(rows[0]) == len(rows[1]) == 5 + len(frame)


def test_same_content_same_bytes(tmp_path: Path) -> None:
    frame = table(400)
    assert written(tmp_path / "a.xlsx", frame, True).read_bytes() == written(tmp_path / "b.xlsx", frame, True).read_bytes()


def test_what_is_no_plain_value_is_written_by_openpyxl(tmp_path: Path) -> None:
    frame = table(400)
    frame.loc[7, "mixed"] = pd.Timestamp("2026-11-25").to_pydatetime()
    assert seen(written(tmp_path / "a.xlsx", frame, True)) == seen(written(tmp_path / "b.xlsx", frame, False))


def test_a_long_case_comes_back_as_it_was(tmp_path: Path) -> None:
    case = ms.Case.small()
    names = [f"place {i}" if i % 3 else f"=place {i}" for i in range(700)]
    more = pd.DataFrame({"location": names, "country": "India"}, dtype=object)
    case.tables["locations"] = pd.concat([case.tables["locations"], more], ignore_index=True)
    back = ms.Case.read(case.write(tmp_path / "case.xlsx"))
    assert back.hash == case.hash
    assert not [p for p in back.check() if p.severity == "error"]  # 700 places that nothing uses are told of


def test_more_rows_than_a_sheet_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel's bound, made small: said in words by the library; on the command line the plan becomes a folder."""
    monkeypatch.setattr(long_rows, "MOST_ROWS", 12)
    plan = ms.solve(ms.Case.small())
    said = r"table \w+ has \d+ rows and a sheet of a workbook 12 at most; write it as a folder"
    with pytest.raises(ValueError, match=said):
        plan.write(tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []
    plan.write(tmp_path / "kept")
    assert (tmp_path / "kept" / "costs.csv").exists()

    ms.Case.small().write(tmp_path / "case")
    ran = CliRunner().invoke(main, ["solve", str(tmp_path / "case"), "-o", str(tmp_path / "told.xlsx")])
    assert ran.exit_code == 0, ran.output
    assert "write it as a folder of CSV tables" in ran.stderr
    assert (tmp_path / "told" / "costs.csv").exists()
    assert not (tmp_path / "told.xlsx").exists()
