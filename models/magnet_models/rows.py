"""Linear rows: terms in, Pyomo constraints out.

A term is (coefficient, variable). The pieces of the model hand over lists of terms; here they become one
`LinearExpression` per row, which is the fastest form Pyomo has and keeps each row readable by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from pyomo.core.expr.numeric_expr import LinearExpression
from pyomo.environ import Any as AnyKey
from pyomo.environ import Binary, Block, Constraint, Integers, Reals, Var

from .arithmetic import matters

Term = tuple[float, Any]


class Row(NamedTuple):
    """lower <= sum of terms <= upper."""

    lower: float | None
    terms: list[Term]
    upper: float | None


def at_most(terms: list[Term], bound: float) -> Row:
    return Row(None, terms, bound)


def at_least(terms: list[Term], bound: float) -> Row:
    return Row(bound, terms, None)


def equal(terms: list[Term], value: float) -> Row:
    return Row(value, terms, value)


def scaled(factor: float, terms: Iterable[Term]) -> list[Term]:
    """The terms times a factor; nothing when the factor is 0."""
    return [(factor * c, v) for c, v in terms] if matters(factor) else []


def merged(terms: Iterable[Term]) -> tuple[list[float], list[Any]]:
    """Coefficients and variables, each variable once."""
    total: dict[int, list[Any]] = {}
    for c, v in terms:
        held = total.get(id(v))
        if held is None:
            total[id(v)] = [c, v]
        else:
            held[0] += c
    return [c for c, _ in total.values()], [v for _, v in total.values()]


def variables(
    block: Block,
    name: str,
    keys: Iterable[Any],
    upper: Callable[..., float | None] | None = None,
    lower: Callable[..., float] | None = None,
    whole: bool = False,
    known: Mapping[Any, Any] | None = None,
) -> dict[Any, Any]:
    """Adds an indexed variable, at least 0, and returns its members by key; members that are known are taken over."""
    keys, known = list(keys), known or {}
    added = [key for key in keys if key not in known]
    # Its bounds say that it is at least 0, and nothing else does: two bounds would have to be compared each time.
    var = Var(added, domain=Integers if whole else Reals, dense=True)
    block.add_component(name, var)
    members = {}
    for key in keys:
        if key in known:
            members[key] = known[key]
            continue
        member = var[key]
        member.setlb(lower(*_tuple(key)) if lower else 0.0)
        bound = upper(*_tuple(key)) if upper else None
        if bound is not None and bound != float("inf"):
            member.setub(bound)
        members[key] = member
    return members


def free_variables(block: Block, name: str, keys: Iterable[Any]) -> dict[Any, Any]:
    """Adds an indexed variable without bounds and returns its members by key."""
    keys = list(keys)
    var = Var(keys, domain=Reals, dense=True)
    block.add_component(name, var)
    return {key: var[key] for key in keys}


def binaries(
    block: Block, name: str, keys: Iterable[Any], known: Mapping[Any, Any] | None = None
) -> dict[Any, Any]:
    """Adds an indexed binary variable and returns its members by key; members that are known are taken over."""
    keys, known = list(keys), known or {}
    var = Var([key for key in keys if key not in known], domain=Binary, dense=True)
    block.add_component(name, var)
    return {key: known[key] if key in known else var[key] for key in keys}


def constrain(block: Block, name: str, rows: Iterable[tuple[Any, Row]]) -> None:
    """Adds an indexed constraint from (key, Row) pairs. A row without terms (other than of 0) must hold by itself."""
    con = Constraint(AnyKey)
    block.add_component(name, con)
    for key, row in rows:
        coefs, members = merged(row.terms)
        if not any(coefs):
            _must_hold(name, key, row)
            continue
        con.add(key, (row.lower, LinearExpression(constant=0.0, linear_coefs=coefs, linear_vars=members), row.upper))


class Contradiction(Exception):
    """A row without decisions that cannot hold: the case is infeasible whatever is decided."""


def _must_hold(name: str, key: Any, row: Row) -> None:
    slack = 1e-9
    if (row.lower is not None and row.lower > slack) or (row.upper is not None and row.upper < -slack):
        raise Contradiction(
            f"{name} {_words(key)}: nothing can change it, and it asks for "
            f"{row.lower if row.lower is not None else '-'} to "
            f"{row.upper if row.upper is not None else '-'}"
        )


def _words(key: Any) -> str:
    return ", ".join(str(k) for k in _tuple(key))


def _tuple(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
