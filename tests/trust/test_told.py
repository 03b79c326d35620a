"""What the catalogue found untold, one case each: what is said now, at which cell, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from magnet_sourcing import Case
from magnet_sourcing.values import tidy

Edit = Callable[[Case], None]


def put(table: str, row: int, column: str, value: Any) -> Edit:
    def edit(case: Case) -> None:
        case.tables[table].loc[row, column] = value

    return edit


def add(table: str, **values: Any) -> Edit:
    def edit(case: Case) -> None:
        frame = case.tables[table]
        case.tables[table] = frame.reindex(columns=list(dict.fromkeys([*frame.columns, *values]))).astype(object)
        case.tables[table].loc[len(frame)] = {**dict.fromkeys(case.tables[table].columns), **values}

    return edit


def drop(table: str, wanted: Callable[[Any], bool]) -> Edit:
    def edit(case: Case) -> None:
        case.tables[table] = case.tables[table][~case.tables[table].apply(wanted, axis=1)].reset_index(drop=True)

    return edit


def setting(name: str, value: Any) -> Edit:
    def edit(case: Case) -> None:
        case.settings[name] = value

    return edit


def limits(sense: str, value: float, **term: Any) -> list[Edit]:
    """At least 50 bought, and another limit on the same sum."""
    asked = {"metric": "bought", "material": "magnet"}
    return [
        add("limits", limit="floor", sense="at least", value=50.0),
        add("limit_terms", limit="floor", **asked),
        add("limits", limit="other", sense=sense, value=value),
        add("limit_terms", limit="other", **(asked | term)),
    ]


# what is done to the teaching case; severity, sheet and words; None: nothing may be said
TOLD: dict[str, tuple[list[Edit], tuple[str, str, str] | None]] = {
    "a country a slip away": (
        [put("locations", 0, "country", "Inida")],
        ("warning", "locations", "did you mean 'India'?"),
    ),
    "a country in capitals": ([put("locations", 0, "country", "INDIA")], ("error", "locations", "only in capitals")),
    "a Cyrillic letter": (
        [put("locations", 3, "country", "Chin\u0430")],
        ("error", "locations", "cyrillic small letter a"),
    ),
    "an owner with two blanks": (
        [put("facilities", 0, "owner", "IREL  Ltd"), put("facilities", 1, "owner", "IREL Ltd")],
        ("error", "facilities", "only in capitals, blanks"),
    ),
    "a country of its own": ([put("locations", 3, "country", "Vietnam")], None),
    "a Greek name": ([put("facilities", 0, "owner", "\u0391\u03b8\u03ae\u03bd\u03b1 AE")], None),
    "numbered owners": ([put("facilities", 0, "owner", "Mine 1"), put("facilities", 1, "owner", "Mine 2")], None),
    "a plant twice but for capitals": (
        [
            add("sales", sale="NDPR OXIDE", material="magnet", location="Visakhapatnam", price=1.0),
            add("sales", sale="NdPr oxide", material="magnet", location="Visakhapatnam", price=1.0),
        ],
        ("warning", "sales", "are they two?"),
    ),
    "a plant in kilograms": (
        [put("facilities", 1, "capacity", 450_000_000.0)],
        ("warning", "facilities", "is it in t/y?"),
    ),
    "a year in kilograms": (
        [put("demands", 0, "quantity 2030", 1_200_000.0)],
        ("warning", "demands", "its row's other years"),
    ),
    "a credit among costs": ([put("freight", 0, "cost", -60.0)], ("warning", "freight", "the only one below 0")),
    "a duty in percent": ([put("freight", 4, "duty", 7.5)], ("warning", "freight", "write 0.05 for 5 %")),
    "too large a number": ([put("facilities", 0, "capacity", 1e16)], ("error", "facilities", "too large")),
    "a whole number of 400 digits": (
        [put("facilities", 0, "capacity", 10**400)],
        ("error", "facilities", "not finite"),
    ),
    "a lane to nowhere": (
        [add("locations", location="Nowhere", country="India"), put("lanes", 0, "destination", "Nowhere")],
        ("warning", "freight", "leads nowhere"),
    ),
    "a lane from nowhere": (
        [add("locations", location="Nowhere", country="India"), put("lanes", 0, "origin", "Nowhere")],
        ("warning", "freight", "finds nothing to carry"),
    ),
    "an orphan": ([add("materials", material="Total")], ("warning", "materials", "it plays no part")),
    "no demand": (
        [drop("demands", lambda r: True), drop("evidence", lambda r: True)],
        ("warning", "demands", "no demand"),
    ),
    "magnets from nothing": (
        [drop("recipes", lambda r: r["process"] == "press" and r["direction"] == "input")],
        ("warning", "recipes", "from nothing"),
    ),
    "a process without product": (
        [drop("recipes", lambda r: r["process"] == "press" and r["direction"] == "output")],
        ("warning", "recipes", "makes nothing"),
    ),
    "a window after the horizon": (
        [put("routes", 0, "first_year", 2090)],
        ("warning", "routes", "after the planning years"),
    ),
    "a window before it": ([put("routes", 0, "last_year", 2001)], ("warning", "routes", "before the planning years")),
    "a base year of another century": (
        [setting("base_year", 1926)],
        ("warning", "settings", "years from the first period"),
    ),
    "a floor above a ceiling": (limits("at most", 20.0), ("error", "limits", "contradict each other")),
    "a floor above an equality": (limits("equal", 20.0), ("error", "limits", "contradict each other")),
    "a floor below a ceiling": (limits("at most", 60.0), None),
    "a floor and a ceiling on other sums": (limits("at most", 20.0, material="NdPr oxide"), None),
}


@pytest.mark.parametrize("name", TOLD)
def test_it_is_told(name: str) -> None:
    edits, wanted = TOLD[name]
    case = Case.small()
    for frame in case.tables:
        case.tables[frame] = case.tables[frame].astype(object)
    for edit in edits:
        edit(case)
    found = case.check()
    if wanted is None:
        assert not found, [str(p) for p in found]
    else:
        severity, sheet, words = wanted
        assert any((p.severity, p.sheet) == (severity, sheet) and words in p.message for p in found), [
            str(p) for p in found
        ]


def test_a_sheet_of_wrong_rows_is_told_of_a_thousand_times_and_no_more() -> None:
    case = Case.small()
    case.tables["locations"] = case.tables["locations"].iloc[[0] * 5000].reset_index(drop=True)
    found = [p for p in case.check() if p.sheet == "locations" and p.severity == "error"]
    assert len(found) == 1001 and any("more than 1,000 errors in this table" in p.message for p in found)


@pytest.mark.parametrize(
    "text, meant",
    [
        ("\ufeffAluva\u2060", "Aluva"),
        ("Toll\u202fJapan", "Toll Japan"),
        ("Toll\u3000Japan", "Toll Japan"),
        ("\u200dAluva\u200c", "Aluva"),
        ("\u00ad", None),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("a\nb", "a\nb"),
        (" x ", "x"),
    ],
)
def test_invisible_characters_are_left_out(text: str, meant: str | None) -> None:
    """All but a joiner within a word, which Indian scripts spell with."""
    assert tidy(text) == meant
