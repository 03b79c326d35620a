"""Tables as the page holds them: by columns, words once; see `unpack` of `assets/kit.js`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ..plan_schema import PLAN_TABLES


@dataclass(frozen=True)
class Head:
    """kind: 'text', 'number', 'whole', 'year' or 'percent' (a fraction shown in percent)."""

    title: str
    unit: str = ""
    kind: str = "number"
    help: str = ""

    def plain(self) -> dict[str, str]:
        return {"title": self.title, "unit": self.unit, "kind": self.kind, "help": self.help}


def packed(heads: Sequence[Head], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Heads and cells by column; text as places in a list of its words, a blank as -1 (text) or null (numbers)."""
    cells = list(zip(*rows, strict=True)) or [()] * len(heads)
    return {
        "columns": [head.plain() for head in heads],
        "cells": [
            _words(values) if head.kind == "text" else {"values": list(values)}
            for head, values in zip(heads, cells, strict=True)
        ],
    }


def _words(values: Sequence[Any]) -> dict[str, Any]:
    words: dict[str, int] = {}
    at = [-1 if _blank(v) else words.setdefault(str(v), len(words)) for v in values]
    return {"words": list(words), "at": at}


def _blank(value: Any) -> bool:
    return value is None or value != value


def packed_plan_table(name: str, frame: pd.DataFrame, units: Mapping[str, str]) -> dict[str, Any]:
    """A table of `plan_schema` with its units; units: what `money`, `t` and the like are called in the case."""
    heads = [_head(c.name, c.unit, c.kind, c.help, units) for c in PLAN_TABLES[name].columns]
    columns = [c.name for c in PLAN_TABLES[name].columns]
    numbers = frame[columns].astype({c: int for c in columns if frame[c].dtype == bool})
    return packed(heads, numbers.astype(object).itertuples(index=False, name=None))


def _head(name: str, unit: str, kind: str, help: str, units: Mapping[str, str]) -> Head:
    title = name.replace("_", " ")
    if unit == "year":
        return Head(title, "", "year", help)
    if kind == "yes/no":
        return Head(title, "1 = yes", "whole", help)
    if kind == "text":
        return Head(title, "", "text", help)
    return Head(title, in_case_units(unit, units), "percent" if unit == "fraction" else "number", help)


def in_case_units(unit: str, units: Mapping[str, str]) -> str:
    """'money/y' as 'US$/y' and 't/y' in the case's unit of mass; a fraction, shown in percent, has none."""
    if unit == "fraction":
        return ""
    first, slash, rest = unit.partition("/")
    word, space, more = first.partition(" ")
    return units.get(word, word) + space + more + slash + rest


def units_of(settings: Mapping[str, Any]) -> dict[str, str]:
    return {"money": str(settings.get("currency") or "money"), "t": str(settings.get("mass_unit") or "t")}
