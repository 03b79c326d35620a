"""Limits as sums over purchases and runs, as far as they can be counted without the model, one at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from magnet_models.exposure import requirement
from magnet_models.inputs import Inputs

from .findings import Number
from .greatest import Greatest

Key = tuple[str, ...]


@dataclass(frozen=True)
class Cap:
    """sum of coefs x flows <= value in a period. most: greatest of each flow that is counted."""

    name: str
    number: Number
    coefs: Mapping[Key, float]
    value: float
    most: Mapping[Key, float]

    def greatest(self, flows: Mapping[Key, tuple[float, float]], beside: float) -> float:
        """Most that flows (key -> gain, most) can bring in with this limit, and `beside` that it does not count.

        A fractional knapsack: what makes room is used in full, what takes room by gain per room.
        """
        room = self.value
        for key, coef in self.coefs.items():
            if coef < 0:
                room -= coef * (flows[key][1] if key in flows else self.most[key])
        total, taking = beside, []
        for key, (gain, most) in flows.items():
            coef = self.coefs.get(key, 0.0)
            if coef > 0:
                taking.append((gain / coef, coef, most))
            else:
                total += gain * most
        room = max(room, 0.0)
        for worth, coef, most in sorted(taking, reverse=True):
            used = min(coef * most, room)
            total, room = total + worth * used, room - used
        return total


def caps_of(data: Inputs, most: Greatest, t: int, china_cap: Mapping[int, float]) -> list[Cap]:
    """The hard limits of a period that count only purchases, runs and deliveries, and the cap on the index."""
    found: list[Cap] = []
    terms: dict[str, list[Any]] = defaultdict(list)
    for term in data.tables["limit_terms"]:
        terms[term.limit].append(term)
    for row in data.tables["limits"]:
        if row.penalty is None and row.scope == "each year" and data.horizon.in_window(row, t):
            for sign in {"at most": (1.0,), "at least": (-1.0,), "equal": (1.0, -1.0)}[row.sense]:
                found += _cap(data, most, row, sign, terms[row.limit], t)
    if t in china_cap and (required := requirement(data, t)) > 0:
        coefs = {key: c / required for key, c in _exposed(data, t).items()}
        number = Number("options", "index", "china_cap", t)
        found.append(Cap("the China cap", number, coefs, china_cap[t], _greatest(data, most, coefs, t)))
    return found


def _cap(data: Inputs, most: Greatest, row: Any, sign: float, terms: list[Any], t: int) -> Iterator[Cap]:
    """The limit as a cap; nothing if it counts something that cannot be counted here."""
    value, coefs = sign * row.value[t], defaultdict[Key, float](float)
    for term in terms:
        too_low = term.metric in _TOO_LOW and sign * term.coefficient < 0 and data.tables["tolls"]
        if term.metric not in _COUNTED or too_low:
            return
        for key, coef in _COUNTED[term.metric](data, term, t):
            if key[0] == "deliver":  # at most what is asked for, so a negative coefficient gives at most this room
                needed = data.needed(next(d for d in data.tables["demands"] if d.demand == key[1]), t)
                value -= min(0.0, sign * term.coefficient) * needed
            else:
                coefs[key] += sign * term.coefficient * coef
    yield Cap(f"limit {row.limit}", Number("limits", row.limit, "value", t), coefs, value, _greatest(data, most, coefs, t))


def _greatest(data: Inputs, most: Greatest, coefs: Mapping[Key, float], t: int) -> dict[Key, float]:
    operations: dict[Key, Any] = {("run", o.facility, o.process): o for o in data.tables["operations"]}
    return {
        key: most.buy(data.supply[key[1]], t) if key[0] == "buy" else most.run(operations[key], t)
        for key, coef in coefs.items()
        if coef < 0
    }


def _fits(term: Any, **tags: Any) -> bool:
    return all(term[name] is None or term[name] in (tag if isinstance(tag, set) else {tag}) for name, tag in tags.items())


Counted = Iterator[tuple[Key, float]]


def _bought(data: Inputs, term: Any, t: int) -> Counted:
    for row in data.tables["supplies"]:
        tags = {"supply": row.supply, "location": row.location, "material": row.material, "route": row.route}
        if _fits(term, **tags, country=data.origin(row)):
            yield ("buy", row.supply), 1.0


def _activity(data: Inputs, term: Any, t: int) -> Counted:
    for row in data.tables["operations"]:
        site = data.facility[row.facility]
        tags = {"facility": row.facility, "location": site.location, "owner": site.owner, "process": row.process}
        routes = {r for r in (site.route, row.route) if r}
        if _fits(term, **tags, country=data.country[site.location], stage=data.stage_of[row.process], route=routes):
            yield ("run", row.facility, row.process), 1.0


def _output(data: Inputs, term: Any, t: int) -> Counted:
    for (_, facility, process), _one in _activity(data, term, t):
        products = {row.material for row in data.products(process)}
        for row in data.recipe[process]:
            if row.direction == "output" and term.material in (None, row.material):
                kept = data.kept(facility) if row.material in products else 1.0
                yield ("run", facility, process), kept * row.quantity[t]


def _delivered(data: Inputs, term: Any, t: int) -> Counted:
    for row in data.tables["demands"]:
        tags = {"demand": row.demand, "segment": row.segment, "location": row.location, "material": row.material}
        if _fits(term, **tags, country=data.country[row.location]):
            yield ("deliver", row.demand), 1.0


def _exposure(data: Inputs, term: Any, t: int) -> Counted:
    """Weighted element tonnes in a country's hands; what tolling adds is left out."""
    weight = {row.element: row.weight for row in data.tables["elements"]}
    for key, stage, element, country, tonnes in _hands(data, t):
        if term.stage in (None, stage) and term.element in (None, element) and term.country in (None, country):
            yield key, weight[element] * tonnes


def _share(data: Inputs, term: Any, t: int) -> Counted:
    if (required := requirement(data, t, term.element)) > 0:
        for key, coef in _exposure(data, term, t):
            yield key, coef / required


def _index(data: Inputs, term: Any, t: int) -> Counted:
    if (required := requirement(data, t)) > 0:
        for key, coef in _exposed(data, t, term.country).items():
            yield key, coef / required


_COUNTED = {
    "activity": _activity, "output": _output, "bought": _bought, "delivered": _delivered,
    "exposure": _exposure, "share": _share, "index": _index,
}  # fmt: skip
# Tolling adds to these and is not counted here, so the sum is too low: good only where it is bounded above.
_TOO_LOW = {"exposure", "share", "index"}


def _exposed(data: Inputs, t: int, country: str | None = None) -> dict[Key, float]:
    """Stage- and element-weighted exposure to a country (the exposed country unless named) per tonne bought or run."""
    country = country or data.settings["exposed_country"]
    weight = {row.element: row.weight for row in data.tables["elements"]}
    stage_weight = {row.stage: row.weight for row in data.tables["stages"]}
    coefs: dict[Key, float] = defaultdict(float)
    for key, stage, element, whose, tonnes in _hands(data, t):
        if whose == country:
            coefs[key] += stage_weight[stage] * weight[element] * tonnes
    return {key: c for key, c in coefs.items() if c != 0}


def _hands(data: Inputs, t: int) -> Iterator[tuple[Key, str, str, str, float]]:
    """Flow, stage, element, country and tonnes of the element per tonne of the flow whose stage that country does."""
    for row in data.tables["supplies"]:
        content = data.content.get(row.material, {})
        for (stage, element, country), share in data.embedded("supply", row.supply, t).items() if content else ():
            yield ("buy", row.supply), stage, element, country, share * content[element]
    for row in data.tables["operations"]:
        if (stage := data.stage_of[row.process]) is None:
            continue
        key = ("run", row.facility, row.process)
        for country, share in data.control(row.facility, t).items():
            for out in data.products(row.process):
                for element, held in data.content.get(out.material, {}).items():
                    yield key, stage, element, country, share * data.kept(row.facility) * out.quantity[t] * held
