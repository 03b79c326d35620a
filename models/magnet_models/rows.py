"""Linear rows: terms in, rows of the programme out, each under a name of the Pyomo model.

A term is (coefficient, variable), and a variable is the number of its column. The pieces of the model hand over lists
of terms, one list for each row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from pyomo.environ import Block

from .arithmetic import matters
from .components import Columns, Rows, programme_of
from .programme import INFINITY

Term = tuple[float, int]
Some = Sequence[float] | np.ndarray


class Row(NamedTuple):
    """lower <= sum of terms <= upper."""

    lower: float | None
    terms: Sequence[Term]
    upper: float | None


def at_most(terms: Sequence[Term], bound: float) -> Row:
    return Row(None, terms, bound)


def at_least(terms: Sequence[Term], bound: float) -> Row:
    return Row(bound, terms, None)


def equal(terms: Sequence[Term], value: float) -> Row:
    return Row(value, terms, value)


def scaled(factor: float, terms: Iterable[Term]) -> list[Term]:
    """The terms times a factor; nothing when the factor is 0."""
    return [(factor * c, v) for c, v in terms] if matters(factor) else []


def merged(terms: Iterable[Term]) -> tuple[list[float], list[int]]:
    """Coefficients and variables, each variable once."""
    total: dict[int, float] = {}
    for c, v in terms:
        total[v] = total[v] + c if v in total else c
    return list(total.values()), list(total)


def variables(
    block: Block,
    name: str,
    keys: Iterable[Any],
    upper: Callable[..., float | None] | None = None,
    lower: Callable[..., float] | None = None,
    whole: bool = False,
    known: Mapping[Any, int] | None = None,
) -> dict[Any, int]:
    """Adds an indexed variable, at least 0, and returns its members by key; members that are known are taken over."""
    keys, known = list(keys), known or {}
    added = [key for key in keys if key not in known] if known else keys
    low = [lower(*as_tuple(key)) for key in added] if lower else [0.0] * len(added)
    high = [_or_infinity(upper(*as_tuple(key))) for key in added] if upper else [INFINITY] * len(added)
    return _added(block, name, keys, added, low, high, whole, known)


def free_variables(block: Block, name: str, keys: Iterable[Any]) -> dict[Any, int]:
    """Adds an indexed variable without bounds and returns its members by key."""
    keys = list(keys)
    return _added(block, name, keys, keys, [-INFINITY] * len(keys), [INFINITY] * len(keys), False, {})


def binaries(
    block: Block, name: str, keys: Iterable[Any], known: Mapping[Any, int] | None = None
) -> dict[Any, int]:
    """Adds an indexed binary variable and returns its members by key; members that are known are taken over."""
    keys, known = list(keys), known or {}
    added = [key for key in keys if key not in known]
    return _added(block, name, keys, added, [0.0] * len(added), [1.0] * len(added), True, known)


def _added(
    block: Block,
    name: str,
    keys: list[Any],
    added: list[Any],
    lower: Sequence[float],
    upper: Sequence[float],
    whole: bool,
    known: Mapping[Any, int],
) -> dict[Any, int]:
    place = added_columns(block, name, added, lower, upper, whole).place
    if len(place) != len(added):
        raise ValueError(f"{name}: a key stands twice")
    return place if not known else {k: known[k] if k in known else place[k] for k in keys}


def added_columns(
    block: Block, name: str, keys: Sequence[Any], lower: Some, upper: Some, whole: bool = False
) -> Columns:
    """Adds an indexed variable with a member for each key."""
    programme = programme_of(block)
    component = Columns(programme)
    block.add_component(name, component)
    component.stand(keys, programme.add_columns(component, keys, lower, upper, whole))
    return component


def _or_infinity(bound: float | None) -> float:
    return INFINITY if bound is None else bound


def constrain(block: Block, name: str, rows: Iterable[tuple[Any, Row]]) -> None:
    """Adds an indexed constraint from (key, Row) pairs. A row without terms (other than of 0) must hold by itself."""
    p = programme_of(block)
    component = Rows(p)
    block.add_component(name, component)
    keys: list[Any] = []
    length: list[int] = []
    index: list[int] = []
    value: list[float] = []
    lower: list[float] = []
    upper: list[float] = []
    for key, row in rows:
        columns = [v for _, v in row.terms]
        coefs = [c for c, _ in row.terms]
        if len(set(columns)) < len(columns):
            coefs, columns = merged(row.terms)
        if not any(coefs):
            must_hold(name, key, row.lower, row.upper)
            continue
        keys.append(key)
        length.append(len(columns))
        index += columns
        value += coefs
        lower.append(-INFINITY if row.lower is None else row.lower)
        upper.append(INFINITY if row.upper is None else row.upper)
    if len(set(keys)) != len(keys):
        raise ValueError(f"{name}: a key stands twice")
    component.stand(keys, p.add_rows(component, keys, length, index, value, lower, upper))


class Contradiction(Exception):
    """A row without decisions that cannot hold: the case is infeasible whatever is decided."""


def must_hold(name: str, key: Any, lower: float | None, upper: float | None) -> None:
    """Raises Contradiction if 0 is not within the limits of a row without terms."""
    slack = 1e-9
    if (lower is not None and lower > slack) or (upper is not None and upper < -slack):
        raise Contradiction(
            f"{name} {_words(key)}: nothing can change it, and it asks for "
            f"{lower if lower is not None else '-'} to {upper if upper is not None else '-'}"
        )


def _words(key: Any) -> str:
    return ", ".join(str(k) for k in as_tuple(key))


def as_tuple(key: Any) -> tuple[Any, ...]:
    """A key as the tuple of its parts."""
    return key if isinstance(key, tuple) else (key,)
