"""Every kind of fault, a few times over: caught where it is, or proved harmless. The thousands are in docs/trust.md."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from magnet_sourcing import Case

from .books import At, Book
from .faults import KINDS, Kind, Spoilt, at_of, pick_number
from .score import Base, bases, crowded, judge, score

# A workbook and a folder with every table, a workbook as a beginner has it.
TRIED = {("crowded", "xlsx"): 1, ("crowded", "csv"): 1, ("small", "xlsx"): 1}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Base]:
    return bases({"small": Case.small(), "crowded": crowded()}, tmp_path_factory.mktemp("sound"))


@pytest.mark.parametrize("name", KINDS)
def test_no_fault_is_missed(name: str, sound: list[Base], tmp_path: Path) -> None:
    found = score(KINDS[name], sound, TRIED, 7, tmp_path)
    assert found.counts.total() > 0
    assert not found.counts["missed"], found.told


@pytest.mark.parametrize("name", [k.name for k in KINDS.values() if k.group == "text that is as good"])
def test_what_is_as_good_is_read_as_what_it_was(name: str, sound: list[Base], tmp_path: Path) -> None:
    found = score(KINDS[name], sound, TRIED, 8, tmp_path)
    assert found.counts["harmless"] == found.counts.total() > 0, found.told


def put(book: Book, value: Any) -> At:
    at = pick_number(book, Random(3), lambda at: (at.sheet, at.column.name) == ("demands", "penalty"))
    assert at is not None
    book.put(at, value)
    return at


def judged(base: Base, value: Any, folder: Path, **claim: Any) -> str:
    book = base.book.spoilable()
    at = put(book, value)
    spoilt = Spoilt("a penalty", claim.get("places", {at_of(book, at)}), claim.get("says", ()))
    return judge(spoilt, base, book.write(folder))[0]


def test_the_score_can_be_bad(sound: list[Base], tmp_path: Path) -> None:
    """Another number is missed, a right message at another cell or with other words is not the right one."""
    base = sound[0]
    assert judged(base, 99_000.0, tmp_path) == "missed"
    assert judged(base, "many", tmp_path) == "right cell"
    assert judged(base, "many", tmp_path, places={("demands", "A1")}) == "elsewhere"
    assert judged(base, "many", tmp_path, says=("is not in",)) == "elsewhere"


def test_a_crash_is_a_miss(sound: list[Base], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Case, "check", lambda self: 1 / 0)
    found = score(Kind("x", "", lambda book, rng: Spoilt("x", set()), ("xlsx",)), sound, TRIED, 1, tmp_path)
    assert found.counts["missed"] == 2 and "CRASH ZeroDivisionError" in found.told[0]


def test_the_catalogue_is_as_large_as_the_page_says() -> None:
    page = (Path(__file__).parents[2] / "docs" / "trust.md").read_text(encoding="utf-8")
    assert all(f"| {name} |" in page for name in KINDS)
    assert f"{len(KINDS)} kinds" in page
