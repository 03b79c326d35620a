"""What was read of a case once is kept; it is never what the tables held before."""

from collections.abc import Callable

import magnet_sourcing as ms
import numpy as np
import pandas as pd
import pytest
from magnet_sourcing import case as cases


def _price(case: ms.Case) -> object:
    return case.rows("supplies")[0].price


def _column(case: ms.Case) -> int:
    frame = case.tables["supplies"]
    return next(i for i, h in enumerate(frame.columns) if str(h).startswith("price") and frame.iloc[0, i] is not None)


def _in_place(case: ms.Case) -> None:
    case.tables["supplies"].iloc[0, _column(case)] = 7.25


def _through_a_column(case: ms.Case) -> None:
    case.tables["supplies"].isetitem(_column(case), 7.25)


def _another_frame(case: ms.Case) -> None:
    frame = case.tables["supplies"].copy()
    frame.iloc[0, _column(case)] = 7.25
    case.tables["supplies"] = frame


def _through_an_alias(case: ms.Case) -> None:
    frame = case.tables["supplies"]
    frame.iat[0, _column(case)] = 7.25


@pytest.mark.parametrize("change", [_in_place, _through_a_column, _another_frame, _through_an_alias])
def test_a_changed_cell_is_seen_by_everything(change: Callable[[ms.Case], None]) -> None:
    case = ms.Case.small()
    before, old_hash, problems = _price(case), case.hash, case.check()
    change(case)
    assert 7.25 in case.rows("supplies")[0].price.values()
    assert case.hash != old_hash
    change_back = ms.Case.small()
    assert (_price(change_back), change_back.hash, change_back.check()) == (before, old_hash, problems)


def test_a_change_back_and_forth_is_seen_each_time() -> None:
    case = ms.Case.small()
    at = _column(case)
    first = case.tables["supplies"].iloc[0, at]
    for value in (11.5, first, 12.5, first):
        case.tables["supplies"].iloc[0, at] = value
        assert float(value) in case.rows("supplies")[0].price.values()


def test_equal_values_of_another_kind_are_a_change() -> None:
    case = ms.Case.small()
    case.tables["periods"]["years"] = pd.Series([1] * len(case.tables["periods"]), dtype=object)
    assert not [p for p in case.check() if "years" in p.cell or "years" in p.message]
    case.tables["periods"].loc[0, "years"] = True  # equals 1, and is no number
    assert [p for p in case.check() if "yes/no value" in p.message]


def test_columns_of_machine_numbers_and_values_that_can_change_are_never_taken_for_unchanged() -> None:
    case = ms.Case.small()
    frame = case.tables["supplies"]
    numbers = pd.DataFrame({h: frame[h] for h in frame.columns})
    at = str(frame.columns[_column(case)])
    numbers[at] = np.full(len(frame), 3.0)
    case.tables["supplies"] = numbers
    assert 3.0 in case.rows("supplies")[0].price.values()
    case.tables["supplies"].loc[0, at] = 4.0
    assert 4.0 in case.rows("supplies")[0].price.values()

    said = ["a note"]
    case.tables["supplies"]["note"] = pd.Series([said] + [None] * (len(frame) - 1), dtype=object)
    assert case.rows("supplies")[0].note == "['a note']"
    said[0] = "another"
    assert case.rows("supplies")[0].note == "['another']"


def test_new_settings_headers_rows_and_names_are_seen() -> None:
    case = ms.Case.small()
    case.check()
    case.settings["discount_rate"] = 0.5
    case.rows("periods")
    assert case.settings["discount_rate"] == 0.5
    case.settings["discount_rate"] = -3
    assert [p for p in case.check() if "discount_rate" in p.message]
    case.settings["discount_rate"] = 0.5
    assert not case.check()
    case.tables["supplies"].columns = ["no such column", *case.tables["supplies"].columns[1:]]
    assert [p for p in case.check() if "no such column" in p.message]
    case = ms.Case.small()
    count = len(case.rows("supplies"))
    case.tables["supplies"] = case.tables["supplies"].iloc[:0]
    assert len(case.rows("supplies")) == 0 < count


def test_content_that_stands_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solve checks, resolves and identifies its case again and again."""
    read = []
    original = cases.parse_settings
    monkeypatch.setattr(cases, "parse_settings", lambda *a: read.append(1) or original(*a))
    case = ms.Case.small()
    for _ in range(3):
        case.check(), case.resolved(), case.rows("periods"), case.hash, case.places("supplies")  # noqa: B018
    assert len(read) == 1
    assert case.check() is not case.check()  # a list of one's own
