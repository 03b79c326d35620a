"""Scenarios: possible futures of a case, each made of the changes its disruptions list, with a probability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from .changes import Change, Changing, target, years_of
from .problems import CaseError, Problem, did_you_mean

if TYPE_CHECKING:
    from .case import Case


class Book:
    """The scenarios of a case, read once, so that hundreds of futures do not each read the whole book."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._rows = {r.scenario: r for r in case.rows("scenarios")}
        self._changes: dict[str, list[Change]] = {}
        for r in case.rows("disruptions"):
            place = f"disruptions, {r.scenario}"
            change = Change(
                r.table, r.where or "", r.column, r.operation, r.value, r.first_year, r.last_year, place
            )
            self._changes.setdefault(r.scenario, []).append(change)
        self._changing = Changing(case)

    def included(self, name: str) -> list[str]:
        """As the function of that name."""
        order: list[str] = []

        def visit(scenario: str, path: tuple[str, ...]) -> None:
            if scenario not in self._rows:
                raise ValueError(f"scenario '{scenario}' is not in the case{did_you_mean(scenario, self._rows)}")
            if scenario in path:
                raise ValueError(f"scenario '{scenario}' includes itself: {' > '.join((*path, scenario))}")
            for part in parts(self._rows[scenario].includes):
                visit(part, (*path, scenario))
            if scenario not in order:
                order.append(scenario)

        visit(name, ())
        return order

    def changes_of(self, name: str) -> list[Change]:
        """As the function of that name."""
        return self._changes.get(name, [])

    def all_changes(self, name: str) -> list[Change]:
        """Its own, and those of the scenarios it includes."""
        return [c for part in self.included(name) for c in self.changes_of(part)]

    def future(self, names: Sequence[str]) -> Case:
        """As the function of that name."""
        case = self._case
        order = list(dict.fromkeys(part for name in names for part in self.included(name)))
        made = case
        title = " and ".join(names)
        for name in order:
            if found := self.changes_of(name):
                made = self._changed(made, found, f"scenario {name}")
        if made is case:  # nothing changes: the tables as they stand, without the books about futures
            made = self._changed(case, [], title)
        made.settings["name"] = f"{case.settings['name']}: {title}"
        made.origin = f"{case.origin} ({title})"
        return made

    def _changed(self, made: Case, changes: Sequence[Change], name: str) -> Case:
        return (self._changing if made is self._case else Changing(made)).case(changes, name)


def included(case: Case, name: str) -> list[str]:
    """The scenario and those it includes, in the order their changes are made: what it includes first."""
    return Book(case).included(name)


def parts(includes: str | None) -> list[str]:
    """Names in an `includes` cell, joined by ';'."""
    return [x.strip() for x in (includes or "").split(";") if x.strip()]


def changes_of(case: Case, name: str) -> list[Change]:
    """The changes of one scenario, without those of the scenarios it includes."""
    return Book(case).changes_of(name)


def future(case: Case, names: Sequence[str]) -> Case:
    """The case as it would be if these scenarios were certain together, made one after the other."""
    return Book(case).future(names)


def chosen(case: Case, scenarios: str | Sequence[str]) -> dict[str, float]:
    """Scenario -> probability, of all or the named ones; probabilities of the named ones are scaled to add to 1.

    Raises ValueError if there is none, a name is unknown, or all have probability 0.
    """
    rows = {r.scenario: r for r in case.rows("scenarios")}
    if not rows:
        raise ValueError("the case lists no scenarios (sheet scenarios)")
    if isinstance(scenarios, str):
        scenarios = [r for r, row in rows.items() if row.probability > 0] if scenarios == "all" else [scenarios]
    for name in scenarios:
        if name not in rows:
            raise ValueError(f"scenario '{name}' is not in the case{did_you_mean(name, rows)}")
    names = list(dict.fromkeys(scenarios))
    if not names:
        raise ValueError(f"no scenario is named; give 'all', or some of {', '.join(rows)}")
    total = sum(rows[name].probability for name in names)
    if total <= 0:
        raise ValueError(f"the probabilities of {', '.join(names)} add to 0")
    return {name: rows[name].probability / total for name in names}


def checked_futures(case: Case, names: Sequence[str]) -> dict[str, Case]:
    """Scenario -> its future, each passed through the checks of a case. Raises CaseError with every problem."""
    futures: dict[str, Case] = {}
    problems: list[Problem] = []
    book = Book(case)
    for name in names:
        try:
            made = book.future([name])
            found = [p for p in made.check() if p.severity == "error"]
        except CaseError as reason:
            found = reason.problems
        else:
            futures[name] = made
        problems += found
    if problems:
        raise CaseError(problems)
    return futures


def shows(case: Case, names: Iterable[str]) -> dict[str, int]:
    """Scenario -> the first period in which it differs from the tables as they stand (after the last: never).

    A change of a number without years, such as a lead time, may be known from the first period on.
    """
    periods, book = case.periods, Book(case)
    never = periods[-1] + 1
    first = {}
    for name in names:
        touched = [years_of(c, target(c.table, c.column), periods) for c in book.all_changes(name)]
        first[name] = min((years[0] if years else periods[0] for years in touched), default=never)
    return first


def summary_of(case: Case, name: str) -> str:
    """What a scenario changes, in a line."""
    said = [str(c) for c in Book(case).all_changes(name)]
    if not said:
        return "the tables as they stand"
    return "; ".join(said[:3]) + (f"; and {len(said) - 3} more" if len(said) > 3 else "")


