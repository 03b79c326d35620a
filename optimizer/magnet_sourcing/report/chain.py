"""Element tonnes from where they come to where they go, added up from the plan's tables.

Boxes are work at a stage in a country, tolling, what comes in (ground, purchases, scrap, stock) and what goes out
(segments, sales, losses ...). What meets at a place leaves it in the proportion in which it came: with `b` the tonnes a
place gets of its own from each box, and `a[l, k]` the share of what place k holds that arrives at l by lane, the tonnes x
of each box at each place solve x = b + a x. A link is then what a use takes, split by the boxes its place holds; so every
box that works takes in what it gives out.

What the plan counts as free of the exposed country is mixed apart: free tonnes come from free tonnes only. Those that no
use claims as free join the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ..audit.custody import Origins
from ..audit.facts import Facts

_TOLERANCE = 1e-6


class Box(NamedTuple):
    """kind: 'work', 'toll', 'ground', 'bought', 'collected', 'from stock', 'from later', and as ends 'segment', 'sold',
    'lost', 'disposed', 'to stock', 'partner', 'toller', 'to earlier'; name: what it is called; order: of its stage."""

    kind: str
    name: str
    country: str = ""
    order: int = 0


_LAST = 10**6
_LOST, _PARTNER = Box("lost", "lost", "", _LAST), Box("partner", "partners' share", "", _LAST)
_TO_EARLIER, _FROM_LATER = (
    Box("to earlier", "back to earlier stages", "", _LAST),
    Box("from later", "from later stages"),
)


class Use(NamedTuple):
    box: Box
    amount: float
    free: float | None


def _nothing_yet() -> dict[Box, list[float]]:
    return defaultdict(lambda: [0.0, 0.0])


@dataclass
class Pool:
    """What one material does in one period, by place: [tonnes, of which free] from each box; uses; lanes as (from, to,
    tonnes arrived, of which free)."""

    come: dict[str, dict[Box, list[float]]] = field(default_factory=lambda: defaultdict(_nothing_yet))
    uses: dict[str, list[Use]] = field(default_factory=lambda: defaultdict(list))
    lanes: list[tuple[str, str, float, float]] = field(default_factory=list)


class Link(NamedTuple):
    """custody: 'free', 'not free' or 'not followed' by the exposed country. amount: element tonnes a year."""

    source: Box
    target: Box
    custody: str
    amount: float


def links(facts: Facts, period: int, element: str) -> list[Link]:
    """All links of a period, largest first."""
    chain = _Chain(facts, period, element)
    totals: dict[tuple[Box, Box, str], float] = defaultdict(float)
    for source, target, custody, amount in chain.all():
        for a, b in _forward(source, target):
            totals[a, b, custody] += amount
    found = [Link(*key, amount) for key, amount in totals.items() if amount > _TOLERANCE]
    return sorted(found, key=lambda link: (-link.amount, link.source, link.target, link.custody))


def _forward(source: Box, target: Box) -> list[tuple[Box, Box]]:
    """A link as it is drawn: a box does not feed itself, and what goes back to an earlier stage leaves the picture at
    its end and enters it again at its beginning, so that links never run in a circle."""
    if source == target:
        return []
    if source.kind in ("work", "toll") and target.kind in ("work", "toll") and target.order <= source.order:
        return [(source, _TO_EARLIER), (_FROM_LATER, target)]
    return [(source, target)]


class _Chain:
    def __init__(self, facts: Facts, period: int, element: str) -> None:
        self._f, self._t, self._element = facts, period, element
        self._origins = Origins(facts)
        self._pools: dict[str, Pool] = defaultdict(Pool)
        self._direct: list[Link] = []
        self._after = 1 + max(facts.stage_order.values(), default=0)

    def all(self) -> Iterator[Link]:
        for add in (self._work, self._trade, self._tolls, self._stocks, self._lanes):
            add()
        yield from self._direct
        for material, pool in self._pools.items():
            content = self._content(material)
            for source, target, custody, amount in _mixed(pool):
                yield Link(source, target, custody, amount * content)

    # ------------------------------------------------------------ what the tables say

    def _rows(self, table: str) -> Iterable[dict[str, Any]]:
        return (r for r in self._f.plan[table] if r["period"] == self._t)

    def _content(self, material: str) -> float:
        return self._f.content.get(material, {}).get(self._element, 0.0)

    def _come(self, place: str, material: str, box: Box, amount: float, free: float | None) -> None:
        if self._content(material) and amount > 0:
            held = self._pools[material].come[place][box]
            held[0] += amount
            held[1] += min(free or 0.0, amount)

    def _go(self, place: str, material: str, box: Box, amount: float, free: float | None = None) -> None:
        if self._content(material) and amount > 0:
            self._pools[material].uses[place].append(Use(box, amount, free))

    def _order(self, stage: str | None) -> int:
        return self._after if stage is None else self._f.stage_order[stage]

    def _work(self) -> None:
        f, t = self._f, self._t
        for r in self._rows("activity"):
            run, facility, process = r["activity"], r["facility"], r["process"]
            place = f.named["facilities"][facility].location
            stage = f.named["processes"][process].stage
            box = Box("work", stage or "other work", f.country(place), self._order(stage))
            own, kept = f.own_products(process), f.kept(facility)
            free = None if r["free"] is None or run <= 0 else r["free"] / run
            within = 0.0
            for m, q in f.inputs[process].items():
                self._go(place, m, box, run * q[t], None if free is None else free * run * q[t])
                within += run * q[t] * self._content(m)
            for m, q in f.outputs[process].items():
                ours = kept if m in own else 1.0
                made = run * q[t] * ours
                self._come(place, m, box, made, None if free is None else free * made)
                self._add(box, _PARTNER, run * q[t] * (1 - ours) * self._content(m), free)
                within -= run * q[t] * self._content(m)
            self._add(box, _LOST, within, free)
            self._add(Box("ground", "in the ground", f.country(place)), box, -within, free)

    def _add(self, source: Box, target: Box, amount: float, free: float | None) -> None:
        """A link that meets no other material on its way; free: the share that is free."""
        self._direct += [
            Link(source, target, *part) for part in _parts(amount, None if free is None else free * amount)
        ]

    def _trade(self) -> None:
        f = self._f
        for r in self._rows("purchases"):
            row = f.named["supplies"][r["supply"]]
            stage = f.named["materials"][row.material].stage
            order = 0 if stage is None else f.stage_order[stage]
            box = Box("bought", stage or row.material, f.origin(row), order)
            self._come(row.location, row.material, box, r["bought"], r["free"])
        for r in self._rows("collections"):
            row = f.named["returns"][r["return"]]
            self._come(row.location, row.material, Box("collected", "collected after use"), r["collected"], r["free"])
        for r in self._rows("demand"):
            segment = f.named["demands"][r["demand"]].segment or r["demand"]
            self._go(r["location"], r["material"], Box("segment", segment, "", _LAST), r["delivered"], r["free"])
        for r in self._rows("sales"):
            self._go(r["location"], r["material"], Box("sold", "sold", "", _LAST), r["sold"])
        for r in self._rows("disposal"):
            self._go(r["location"], r["material"], Box("disposed", "disposed of", "", _LAST), r["disposed"])

    def _tolls(self) -> None:
        """What a toller gets against what it gives: the rest it keeps, loses or still has; more comes from what it got
        earlier or adds itself."""
        f = self._f
        for r in self._rows("tolling"):
            row = f.named["tolls"][r["toll"]]
            stage = f.named["materials"][row.returned].stage
            box = Box("toll", f"{stage or row.returned} by tolling", f.toll_country(row), self._order(stage))
            free = self._free_arriving(r["toll"], row)
            self._go(row.origin, row.sent, box, r["sent"], r["free"])
            self._come(row.destination, row.returned, box, r["returned"], free * row["yield"] * (1 - row.partner_share))
            held = r["sent"] * self._content(row.sent) - r["returned"] * self._content(row.returned)
            if row.swarf:
                self._come(row.destination, row.swarf, box, r["swarf"], free * row.swarf_yield * row.swarf_share)
                held -= r["swarf"] * self._content(row.swarf)
            self._add(box, Box("toller", "kept, lost or held by tollers", "", _LAST), held, None)
            self._add(Box("ground", "added or held before by tollers", f.toll_country(row)), box, -held, None)

    def _free_arriving(self, toll: str, row: Any) -> float:
        """Free tonnes sent, now or earlier, whose product comes back in the period; none if the work is not free."""
        if not self._origins.toll(toll, self._t):
            return 0.0
        sent = (r for r in self._f.plan["tolling"] if r["toll"] == toll)
        return sum((r["free"] or 0.0) * self._f.arriving(row.lag, r["period"], self._t) for r in sent)

    def _stocks(self) -> None:
        f, t = self._f, self._t
        before = f.previous(t)
        free = {r["stock"]: r["free"] for r in f.plan["stocks"] if r["period"] == before}
        for r in self._rows("stocks"):
            row, years = f.named["stocks"][r["stock"]], f.length[t]
            opening = row.initial * row.initial_free if before is None else free[r["stock"]] or 0.0
            start, end = Box("from stock", "stock at the start"), Box("to stock", "stock at the end", "", _LAST)
            kept = opening * (1 - row.loss) ** years / years
            self._come(row.location, row.material, start, (r["opening"] - r["lost"]) / years, kept)
            self._go(
                row.location, row.material, end, r["closing"] / years, None if r["free"] is None else r["free"] / years
            )

    def _lanes(self) -> None:
        for r in self._rows("flows"):
            lane = self._f.named["lanes"][r["lane"]]
            if self._content(r["material"]) and r["loaded"] > 0:
                free = (r["free"] or 0.0) * r["arrived"] / r["loaded"]
                self._pools[r["material"]].lanes.append((lane.origin, lane.destination, r["arrived"], free))
                self._go(lane.origin, r["material"], _LOST, r["loaded"] - r["arrived"])


def _parts(amount: float, free: float | None) -> list[tuple[str, float]]:
    """A positive amount by custody."""
    if amount <= 0:
        return []
    if free is None:
        return [("not followed", amount)]
    free = min(max(free, 0.0), amount)
    return [part for part in (("free", free), ("not free", amount - free)) if part[1] > 0]


def _mixed(pool: Pool) -> Iterator[Link]:
    """Each use split by the boxes its place holds, in tonnes of the material; what is free apart from the rest."""
    places = sorted({*pool.come, *pool.uses, *(x for lane in pool.lanes for x in lane[:2])})
    boxes = sorted({box for held in pool.come.values() for box in held})
    row, column = {p: i for i, p in enumerate(places)}, {b: j for j, b in enumerate(boxes)}
    own, own_free = np.zeros((2, len(places), len(boxes)))
    for place, held in pool.come.items():
        for box, (amount, free) in held.items():
            own_free[row[place], column[box]] += free
            own[row[place], column[box]] += amount - free
    uses = [(row[place], use) for place, at_place in pool.uses.items() for use in at_place]
    lanes = [(row[start], row[stop], arrived - free, free) for start, stop, arrived, free in pool.lanes]

    at_free = _held(own_free, [(start, stop, free) for start, stop, _, free in lanes])
    taken = np.zeros(len(places))
    for i, use in uses:
        taken[i] += use.free or 0.0
    for start, _, _, free in lanes:
        taken[start] += free
    whole = at_free.sum(axis=1)
    unclaimed = np.divide(whole - taken, whole, out=np.zeros(len(places)), where=whole > _TOLERANCE)
    joining = at_free * np.clip(unclaimed, 0, 1)[:, None]
    at_rest = _held(own + joining, [(start, stop, rest) for start, stop, rest, _ in lanes])

    for i, use in uses:
        yield from _split(boxes, at_free[i], use.box, "free", use.free or 0.0)
        custody = "not followed" if use.free is None else "not free"
        yield from _split(boxes, at_rest[i], use.box, custody, use.amount - (use.free or 0.0))


def _split(boxes: list[Box], held: np.ndarray, target: Box, custody: str, amount: float) -> Iterator[Link]:
    total = held.sum()
    if total > 0 and amount > 0:
        for source, part in zip(boxes, held, strict=True):
            yield Link(source, target, custody, amount * float(part) / total)


def _held(own: np.ndarray, lanes: list[tuple[int, int, float]]) -> np.ndarray:
    """Tonnes of each box (across) at each place (down), of its own and arrived by lane."""
    whole = own.sum(axis=1)
    for _, stop, arrived in lanes:
        whole[stop] += arrived
    passed = np.zeros((len(own), len(own)))
    for start, stop, arrived in lanes:
        if whole[start] > 0:
            passed[stop, start] += arrived / whole[start]
    found: np.ndarray = np.linalg.solve(np.eye(len(own)) - passed, own)
    return found
