"""Choices as yes/no columns of a programme: routes signed, expansions built, countries with any of these.

Each choice has two. z says whether a plan has it at all; y, at most z, may be 1 only if the plan has it in earnest, so
that a contract signed to lie idle, or a plant built to stand still in the last year, makes no other plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...matrix import INFINITY, Matrix
from .choices import TRACE, Option, dense, first_stage

if TYPE_CHECKING:
    from ...problem import Problem


@dataclass(frozen=True)
class Proof:
    """What y needs: amount.x + sum of `of` times y of other choices - needed * y >= lower."""

    amount: dict[int, float]
    needed: float
    lower: float = 0.0
    of: dict[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Choices:
    """kinds: name of the choice -> route, expansion or country; a name that two kinds share is followed by its kind.

    proofs: by number of the choice. countries: with the numbers of their options.
    """

    options: tuple[Option, ...]
    proofs: tuple[tuple[Proof, ...], ...]
    countries: tuple[tuple[str, tuple[int, ...]], ...]
    kinds: dict[str, str]

    @classmethod
    def of(cls, problem: Problem, use: float) -> Choices:
        """Countries only where they say more than their one option does. use: see `_of_route`, `_of_expansion`."""
        options = first_stage(problem)
        members: dict[str, list[int]] = {}
        for i, option in enumerate(options):
            members.setdefault(option.country, []).append(i)
        countries = [(name, tuple(at)) for name, at in sorted(members.items()) if len(at) > 1]
        named = [*((o.name, o.kind) for o in options), *((name, "country") for name, _ in countries)]
        plain = [name for name, _ in named]
        kinds = {name if plain.count(name) == 1 else f"{name} ({kind})": kind for name, kind in named}
        number = {(o.kind, o.name): i for i, o in enumerate(options)}
        proofs = [
            tuple(_of_route(problem, o.name, use, number) if o.kind == "route" else _of_expansion(problem, o, use))
            for o in options
        ]
        return cls(tuple(options), tuple(proofs), tuple(countries), kinds)

    def made_in(self, values: np.ndarray) -> np.ndarray:
        """Which of them a plan has; a little of an expansion without a least size is none."""
        has = [o.amount_in(values) >= o.least * (1 - TRACE) for o in self.options]
        return np.array([*has, *(any(has[i] for i in at) for _, at in self.countries)], dtype=bool)

    def added_to(self, matrix: Matrix) -> tuple[Matrix, np.ndarray, np.ndarray]:
        """The programme with the columns z and y of every choice, and where they stand.

        least z <= amount.x <= most z, so that less of an expansion than is meaningful is none at all; y <= z; the proofs
        of y; z of a country >= z of each of its options, <= their sum; y of a country <= the sum of theirs.
        """
        matrix, at = matrix.with_columns(2 * len(self.kinds), 1.0, True)
        has, earnest = at[: len(self.kinds)], at[len(self.kinds) :]
        for z, y in zip(has, earnest, strict=True):
            matrix = matrix.with_row(dense(matrix, {z: 1.0, y: -1.0}), 0.0, INFINITY)
        for option, z, y, proofs in zip(self.options, has, earnest, self.proofs, strict=False):
            matrix = matrix.with_row(dense(matrix, option.amount, {z: -option.least}), 0.0, INFINITY)
            matrix = matrix.with_row(dense(matrix, option.amount, {z: -option.most}), -INFINITY, 0.0)
            for proof in proofs:
                others = {int(earnest[i]): c for i, c in proof.of.items()}
                row = dense(matrix, proof.amount, {y: -proof.needed}, others)
                matrix = matrix.with_row(row, proof.lower, INFINITY)
        for (_, members), z, y in zip(
            self.countries, has[len(self.options) :], earnest[len(self.options) :], strict=True
        ):
            for i in members:
                matrix = matrix.with_row(dense(matrix, {z: 1.0, has[i]: -1.0}), 0.0, INFINITY)
            for column, parts in ((z, has), (y, earnest)):
                row = dense(matrix, {column: 1.0}, {parts[i]: -1.0 for i in members})
                matrix = matrix.with_row(row, -INFINITY, 0.0)
        return matrix, has, earnest

    def insisted_on(self, matrix: Matrix, option: Option) -> Matrix:
        """The programme with an option in earnest; of a country, with at least one of its options so."""
        number = {(o.kind, o.name): i for i, o in enumerate(self.options)}
        parts = option.parts or (option,)
        matrix, _, earnest = self.added_to(matrix)
        matrix, at = matrix.with_columns(len(parts), 1.0, True)
        for part, j in zip(parts, at, strict=True):
            i = number.get((part.kind, part.name))
            amount, least = (part.amount, part.least) if i is None else ({int(earnest[i]): 1.0}, 1.0)
            matrix = matrix.with_row(dense(matrix, amount, {j: -least}), 0.0, INFINITY)
        return matrix.with_row(dense(matrix, dict.fromkeys(at.tolist(), 1.0)), 1.0, INFINITY)


def _of_route(problem: Problem, route: str, use: float, number: dict[tuple[str, str], int]) -> Iterator[Proof]:
    """sum_w p sum_t L quantity >= use * the greatest that could be, or an expansion or route that waits for it is
    had in earnest. A route that neither carries nor unlocks anything is in earnest when signed."""
    case, model, matrix = problem.case, problem.model, problem.matrix
    waiting = [("expansion", r.expansion) for r in case.rows("expansions") if r.route == route]
    waiting += [("route", r.route) for r in case.rows("routes") if r.needs == route]
    amount: dict[int, float] = {}
    greatest = 0.0
    for name, s in model.scenarios.items():
        for t in s.data.periods:
            weight = problem.probability[name] * s.data.horizon.years[t]
            could_be = 0.0
            for c, j in s.under(route, t):
                amount[j] = amount.get(j, 0.0) + weight * c
                could_be += c * matrix.upper[j]
            most = s.data.route[route].maximum if route in s.data.route else None
            greatest += weight * (could_be if most is None else min(could_be, most[t]))
    # with no bound on what could be moved, the first tonne is earnest
    needed = use * greatest if 0 < greatest < INFINITY else 1.0
    others = {number[key]: needed for key in waiting if key in number}
    if amount or others:
        yield Proof(amount, needed, 0.0, others)


def _of_expansion(problem: Problem, option: Option, use: float) -> Iterator[Proof]:
    """In service for `use` of the longest it could be, and its facility, once it stands, used for `use` of its
    capacity on average (expected over the futures)."""
    row = next(r for r in problem.case.rows("expansions") if r.expansion == option.name)
    serving: dict[int, float] = {}
    load: dict[int, float] = {}
    longest = fixed = greatest = 0.0
    for name, s in problem.model.scenarios.items():
        years, share = s.data.horizon.years, problem.probability[name]
        offered = problem.model.first.expansions.years[option.name]
        lasting = {d: sum(years[t] * s.data.available(row, d, t) for t in s.data.periods) for d in offered}
        longest += share * max(lasting.values())
        for d in offered:
            for _, j in _decided(problem, row, d):
                serving[j] = serving.get(j, 0.0) + share * lasting[d]
        for t in s.data.periods:
            constant, terms = s.facilities.available(row.facility, t)
            fixed += share * years[t] * constant
            greatest += share * years[t] * s.data.greatest_load(row.facility)[t]
            loaded = [*s.facilities.load(row.facility, t), *((-use * c, v) for c, v in terms)]
            for c, j in loaded:
                load[j] = load.get(j, 0.0) + share * years[t] * c
    yield Proof(serving, use * longest * option.least)
    # load - use * available >= 0 if y is 1, else nothing: available is at most the greatest capacity
    yield Proof(load, use * greatest, use * fixed - use * greatest)


def _decided(problem: Problem, row: Any, year: int) -> list[tuple[float, Any]]:
    """What is decided of an expansion in a year, in the unit of its option."""
    expansions = problem.model.first.expansions
    sized = row.sizing in ("range", "continuous")
    return expansions.size(row.expansion, year) if sized else expansions.built(row.expansion, year)
