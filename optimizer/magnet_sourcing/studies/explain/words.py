"""What is found out about a case without a plan, in the words of the workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from ...case import Case
from .conflict import Clash, Clashes
from .families import FAMILIES, Numbers
from .findings import Fix, Member, Number, Shortfall, Step
from .fixes import PLAN_GAP
from .places import Places
from .relaxing import RELATIVE, WaysOut

# Numbers, steps and years told in a sentence; the rest is in the tables.
_TOLD = 8

_NOUNS = {
    ("demands", "quantity"): "demand {}",
    ("demands", "min_service"): "the least share of demand {} delivered",
    ("demands", "min_free"): "the least share of demand {} delivered free of {exposed}",
    ("facilities", "capacity"): "the capacity of {}",
    ("operations", "limit"): "the limit of process {1} at {0}",
    ("expansions", "max_size"): "the largest size of {}",
    ("expansions", "max_modules"): "the most modules of {}",
    ("facilities", "reserve"): "the reserve of {}",
    ("facilities", "min_load"): "the minimum load of {}",
    ("supplies", "limit"): "the limit of offer {}",
    ("supplies", "total"): "the total of offer {}",
    ("supplies", "minimum"): "the minimum purchase of offer {}",
    ("lanes", "capacity"): "the capacity of lane {}",
    ("freight", "capacity"): "the capacity of lane {0} for {1}",
    ("lanes", "minimum"): "the least load of lane {}",
    ("routes", "maximum"): "the maximum of contract {}",
    ("tolls", "capacity"): "the capacity of toll {}",
    ("routes", "minimum"): "the minimum quantity of contract {}",
    ("routes", "supply_minimum"): "the minimum that contract {} must be supplied with",
    ("stocks", "capacity"): "the room of stock {}",
    ("stocks", "minimum"): "the least level of stock {}",
    ("stocks", "final"): "the final level of stock {}",
    ("sales", "limit"): "the limit of outlet {}",
    ("sales", "total"): "the total of outlet {}",
    ("sales", "minimum"): "the minimum sale to outlet {}",
    ("limits", "value"): "limit {}",
    ("options", "china_cap"): "the cap on the dependence index",
    ("options", "at_most"): "the bound on {}",
    ("groups", "minimum"): "the least number of members chosen in group {}",
    ("groups", "maximum"): "the most members chosen in group {}",
    ("routes", "must_sign"): "that contract {} must be signed",
    ("routes", "clears_hurdle"): "that the partner of contract {} reaches its hurdle",
    ("stocks", "initial"): "the opening stock of {}",
    ("returns", "base"): "what {} collects",
}  # fmt: skip


def figure(x: float) -> str:
    """A number as a person writes it: six digits, thousands apart."""
    return f"{x:,.6g}" if abs(x) < 1e6 else f"{x:,.0f}"


class Words:
    """Sentences about one case; numbers are given with their cells."""

    def __init__(self, given: Case, changed: Case, numbers: Numbers, scenarios: Sequence[str] = ()) -> None:
        """given: the case as it was read. changed: as it is under the scenarios. numbers: of the changed case."""
        self._numbers, self.places = numbers, Places(given, changed, scenarios)
        self.currency = str(given.settings.get("currency") or "money")
        self._mass = str(given.settings.get("mass_unit") or "t")
        self._exposed = str(given.settings.get("exposed_country") or "the exposed country")

    # ------------------------------------------------------------ amounts and numbers

    def amount(self, value: float, unit: str) -> str:
        if unit.startswith("fraction"):
            return f"{value * 100:.6g} %"
        if unit == "money":
            return self.money(value)
        if unit == "yes/no":
            return "yes" if value else "no"
        if unit.split("/")[0] == "t":
            unit = self._mass + unit[1:]
        return figure(value) if unit == "as the terms" else f"{figure(value)} {unit}".strip().replace("money", self.currency)

    def money(self, amount: float) -> str:
        if abs(amount) >= 1e5:
            return f"{self.currency} {amount / 1e6:,.2f} million"
        return f"{self.currency} {amount:,.6g}"

    def noun(self, number: Number) -> str:
        """What the number is, without its year."""
        noun = _NOUNS[number.table, number.column]
        parts = number.name.split(", ", 1) if "{1}" in noun else [number.name]
        return noun.format(*parts, exposed=self._exposed)

    def _where(self, numbers: Iterable[Number]) -> str:
        """Sheets and cells: 'demands, cells E4 and F4; facilities, cell F3'."""
        by_sheet: dict[str, list[str]] = {}
        more: dict[str, str] = {}
        for number in numbers:
            place = self.places.of(number)
            cells = by_sheet.setdefault(place.sheet, [])
            if place.cell not in cells:
                cells.append(place.cell)
            if place.scenarios:
                more[place.sheet] = f", changed by scenario {place.scenarios}"
        return "; ".join(_cells(sheet, cells) + more.get(sheet, "") for sheet, cells in by_sheet.items())

    # ------------------------------------------------------------ shortfalls

    def shortfall(self, short: Shortfall) -> str:
        """'Too little magnet in 2027: 60 t can be had, 100 t are asked (demands, cell E4).'"""
        unit = self._mass if short.period is None else f"{self._mass}/y"
        when = "over all years" if short.period is None else f"in {short.period}"
        asked = [n for n in short.numbers if (n.table, n.column) in _ASKED]
        others = [n for n in short.numbers if (n.table, n.column) not in _ASKED]
        had = f" ({self._where(others)})" if 0 < len(others) <= _TOLD else ""
        return (
            f"Too little {short.what} {when}: {figure(short.have)} {unit} can be had at most{had}, "
            f"{figure(short.need)} {unit} are asked ({self._where(asked[:_TOLD])})."
        )

    # ------------------------------------------------------------ the clash

    def clash(self, clash: Clash) -> list[str]:
        """The clash in one sentence, and what is not proved about it."""
        told = self._members(clash.members)
        shown = "; ".join(told[:_TOLD]) + (f"; and {len(told) - _TOLD} more (table clash)" if len(told) > _TOLD else "")
        if len(clash.members) == 1:
            said = [f"This cannot be met, whatever else is changed: {shown}."]
        else:
            said = [f"These cannot hold together: {shown}."]
        if clash.whole:
            said.append(
                "It is the whole numbers that clash: if plants, contracts and yes/no choices could be taken in parts, "
                "these could hold together."
            )
        if not clash.irreducible and clash.linear:
            said.append("That each of them is needed is proved only with whole numbers let go.")
        elif not clash.irreducible:
            said.append("That each of them is needed was not proved in the time: some may have nothing to do with it.")
        return said

    def _members(self, members: Sequence[Member]) -> list[str]:
        """Years in which a number says the same are told together."""
        groups: dict[tuple[str, str, str, str, float], list[Member]] = {}
        for m in members:
            n = m.number
            groups.setdefault((n.table, n.name, n.column, m.sense, m.value), []).append(m)
        return [self._member(same) for same in groups.values()]

    def _member(self, same: Sequence[Member]) -> str:
        m, numbers = same[0], [x.number for x in same]
        years = years_in_words([n.period for n in numbers if n.period is not None])
        when, where = (f" in {years}" if years else ""), self._where(numbers)
        noun, value = self.noun(m.number), self.amount(m.value, m.unit)
        if m.unit == "yes/no":
            return f"{noun} ({where})"
        if (m.number.table, m.number.column) == ("demands", "quantity"):
            return f"{noun}{when}, {value} ({where})"
        sense = "" if m.sense == "equal" else f"{m.sense} "
        return f"{noun}{when}, {sense}{value} ({where})"

    def clashes(self, found: Clashes) -> list[str]:
        lines = [line for clash in found.found for line in self.clash(clash)]
        if len(found.found) > 1:
            several = f"{'at least ' if found.more else ''}{len(found.found)} clashes that share no number"
            lines.insert(0, f"There are {several}; a plan needs all of them to be solved.")
        elif found.found and found.more:
            lines.append("There may be further clashes; they were not looked for to the end.")
        if found.unresolved:
            lines.append(f"{found.unresolved[:1].upper()}{found.unresolved[1:]}.")
        return lines

    # ------------------------------------------------------------ ways out

    def fix(self, fix: Fix) -> str:
        """'Ask for 14.286 t/y less of demand magnet in 2027 (demands, cell E4: 85.714 instead of 100); ...'"""
        steps = [self.step(s) for s in fix.steps]
        shown = "; ".join(steps[:_TOLD]) + (f"; and {len(steps) - _TOLD} more (table fixes)" if len(steps) > _TOLD else "")
        if len(steps) > 1 and fix.unit not in (RELATIVE, "fraction", "yes/no", "decisions"):
            shown = f"{self.amount(fix.amount, fix.unit)} in all: {shown}"
        said = f"{shown[0].upper()}{shown[1:]}"
        if fix.cost is not None:
            near = "" if fix.status == "optimal" else " or less (the search for a better plan was stopped)"
            said += f"; the plan then costs {self.money(fix.cost)}{near}"
        if fix.bound is not None and fix.unit != RELATIVE and fix.bound < fix.amount * (1 - 1e-3) - 1e-9:
            said += f"; that less than {self.amount(fix.bound, fix.unit)} cannot do is proved, more than that is not"
        return f"{said}."

    def step(self, step: Step) -> str:
        number, place = step.number, self.places.of(step.number)
        when = f" in {number.period}" if number.period is not None else ""
        before, after = self.amount(step.before, step.unit), self.amount(step.after, step.unit)
        if step.unit == "yes/no":
            return f"give up {self.noun(number)} ({place}: {after} instead of {before})"
        if (number.table, number.column) == ("demands", "quantity"):
            less = self.amount(step.before - step.after, step.unit)
            written = f"{figure(step.after)} instead of {figure(step.before)}"
            at = f"{written}; {place}{_FOLLOWED}" if place.shared else f"{place}: {written}"
            return f"ask for {less} less of {self.noun(number)}{when} ({at})"
        verb = "raise" if step.after > step.before else "lower"
        return f"{verb} {self.noun(number)}{when} from {before} to {after} ({place}{_FOLLOWED if place.shared else ''})"

    def ways(self, ways: WaysOut) -> dict[str, list[str]]:
        """Heading -> sentences: one family alone, several together, and what does not help."""
        told: dict[str, list[str]] = {}
        alone = [f"{i}. {self.fix(fix)}" for i, fix in enumerate(ways.alone, 1)]
        if alone:
            told[f"Ways out, each by itself enough: the smallest change of one kind of number{_COSTS}"] = alone
        several = [f"{i}. {self.fix(fix)}" for i, fix in enumerate(ways.several, 1 + len(ways.alone))]
        if several:
            told[f"Other repairs: the smallest relative changes, each of other numbers{_COSTS}"] = several
        rest = []
        if ways.helpless:
            kinds = "; ".join(_kind(f) for f in ways.helpless)
            rest.append(f"Proved not to help by itself, however large the change: {kinds}.")
        unsettled = [f for f in ways.unsettled if f != "several"]
        if unsettled:
            kinds = "; ".join(_kind(f) for f in unsettled)
            rest.append(f"Not known, since the search was stopped or did not come to a plan: {kinds}.")
        if "several" in ways.unsettled:
            rest.append("The search for other repairs was stopped: there may be more.")
        if rest:
            told["What does not help, and what is not known"] = rest
        return told


_COSTS = f" (costs of plans within {PLAN_GAP * 100:g} % of the least)"
# Of a cell that other years follow, written after it: the number alone is changed by the scenario of the fix.
_FOLLOWED = ", which other years follow too: use its scenario"
_ASKED = {
    ("demands", "quantity"), ("sales", "minimum"), ("stocks", "minimum"), ("stocks", "final"),
}  # fmt: skip


def _kind(family: str) -> str:
    """'less demand', of 'less demand (demands: quantity)'."""
    return FAMILIES[family].partition(" (")[0]


def _cells(sheet: str, cells: Sequence[str]) -> str:
    if not sheet:
        return f"option {' and '.join(cells)}"
    rows = [c for c in cells if " " in c]
    plain = [c for c in cells if " " not in c]
    shown = [f"cell{'s' if len(plain) > 1 else ''} {joined(plain)}"] if plain else []
    return f"{sheet}, {joined([*shown, *rows])}"


def joined(words: Sequence[str]) -> str:
    """'a, b and c'."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def years_in_words(years: Sequence[int]) -> str:
    """'2025-2027 and 2030'."""
    runs = []
    for _, same in groupby(enumerate(sorted(years)), key=lambda p: p[1] - p[0]):
        run = [year for _, year in same]
        runs.append(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}")
    return joined(runs) if runs else ""
