"""Expansions: when they may be decided, how large they are, what they cost to build, and what capacity they give."""

from __future__ import annotations

from copy import copy
from typing import Any

from pyomo.environ import Block

from .arithmetic import matters
from .inputs import Inputs
from .relief import MORE
from .routes import Signings
from .rows import Row, Term, at_least, at_most, binaries, constrain, equal, scaled, variables
from .timing import Timing

Key = tuple[str, int]
Piece = tuple[str, int, int]


class Expansions:
    """build[x,t], size[x,t], segment[x,j,t], full[x,j,t], subsidy[x,t] and the logic between them."""

    def __init__(
        self, block: Block, data: Inputs, signings: Signings, timing: Timing, known: Expansions | None = None
    ) -> None:
        self._data, self._signings, self._timing = data, signings, timing
        rows = data.tables["expansions"]
        self.years: dict[str, list[int]] = {
            x.expansion: [t for t in timing.expansions[x.expansion] if timing.has(t)] for x in rows
        }
        self.keys: list[Key] = [(x, t) for x, years in self.years.items() for t in years]
        decided = [k for k in self.keys if self._row(k).sizing != "continuous"]
        single = [k for k in decided if self._row(k).sizing != "modular"]
        modular = [k for k in decided if self._row(k).sizing == "modular"]
        built = known.build if known else None
        self.build: dict[Key, Any] = binaries(block, "build", single, built)
        self.build |= variables(
            block, "modules", modular, lambda x, t: data.most_modules(data.expansion[x]), whole=True, known=built
        )
        sized = [k for k in self.keys if self._row(k).sizing in ("range", "continuous")]
        self._size: dict[Key, Any] = variables(
            block,
            "size",
            sized,
            lambda x, t: data.most_size(data.expansion[x]),
            known=known._size if known else None,
        )
        self._curves = self._cost_curves()
        self._add_curves(block, known)
        subsidised = [k for k in self.keys if self._row(k).subsidy > 0]
        self.subsidy: dict[Key, Any] = variables(block, "subsidy", subsidised, known=known.subsidy if known else None)
        self._restrict(block)

    def _row(self, key: Key) -> Any:
        return self._data.expansion[key[0]]

    def seen_by(self, data: Inputs, signings: Signings) -> Expansions:
        """The same decisions with the lead times, ramps and costs of another scenario."""
        view = copy(self)
        view._data, view._signings = data, signings
        return view

    def continuous_sizes(self) -> dict[Key, Any]:
        """size[x,t] where it is a variable of its own."""
        return self._size

    # ------------------------------------------------------------ sums other pieces use

    def size(self, x: str, t: int) -> list[Term]:
        """t/y decided."""
        if (x, t) in self._size:
            return [(1.0, self._size[x, t])]
        return [(self._data.expansion[x].max_size, self.build[x, t])] if (x, t) in self.build else []

    def built(self, x: str, t: int) -> list[Term]:
        """Modules decided; none for 'continuous'."""
        return [(1.0, self.build[x, t])] if (x, t) in self.build else []

    def capital(self, x: str, t: int) -> list[Term]:
        """capital(x,t): full overnight capital, in the money of the base year."""
        row = self._data.expansion[x]
        terms = scaled(row.fixed_cost[t], self.built(x, t))
        if x in self._curves:
            return terms + [(slope, self.segment[x, j, t]) for j, (_, slope) in enumerate(self._curves[x])]
        return terms + scaled(row.unit_cost[t], self.size(x, t))

    def added(self, facility: str, t: int) -> list[Term]:
        """Capacity added to a facility that is available in t, after ramp-up."""
        terms: list[Term] = []
        for row in self._data.expansions.get(facility, []):
            for s in self.years[row.expansion]:
                if matters(share := self._data.available(row, s, t)):
                    terms += scaled(share, self.size(row.expansion, s))
        return terms

    # ------------------------------------------------------------ cost curves

    def _cost_curves(self) -> dict[str, list[tuple[float, float]]]:
        """Expansion -> (width, slope) of the pieces of its cost curve."""
        points: dict[str, list[tuple[float, float]]] = {}
        for row in self._data.tables["expansion_costs"]:
            points.setdefault(row.expansion, []).append((row.size, row.cost))
        curves = {}
        for x, given in points.items():
            given.sort()
            curves[x] = [
                (b - a, (cost_b - cost_a) / (b - a)) for (a, cost_a), (b, cost_b) in zip(given, given[1:], strict=False)
            ]
        return curves

    def _add_curves(self, block: Block, known: Expansions | None) -> None:
        curves, new = self._curves, self._timing.is_new
        pieces = [(x, j, t) for x, t in self.keys if x in curves for j in range(len(curves[x]))]
        self.segment: dict[Piece, Any] = variables(
            block, "segment", pieces, lambda x, j, t: curves[x][j][0], known=known.segment if known else None
        )
        # Pieces fill in order by themselves while slopes rise; elsewhere a yes/no says that a piece is full.
        bent = {x for x, c in curves.items() if any(b[1] < a[1] for a, b in zip(c, c[1:], strict=False))}
        filled = [(x, j, t) for x, j, t in pieces if x in bent and j + 1 < len(curves[x])]
        self.full: dict[Piece, Any] = binaries(block, "full", filled, known.full if known else None)
        pieces = [k for k in pieces if new(k[2])]
        constrain(block, "pieces", (((x, t), self._pieces(x, t)) for x, t in self.keys if x in curves and new(t)))
        constrain(block, "piece_open", ((k, self._piece_open(*k)) for k in pieces if k[0] in bent or k[1] == 0))
        constrain(block, "piece_full", ((k, self._piece_full(*k)) for k in self.full if new(k[2])))

    def _pieces(self, x: str, t: int) -> Row:
        """size = sum_j segment[j]"""
        return equal(self.size(x, t) + [(-1.0, self.segment[x, j, t]) for j in range(len(self._curves[x]))], 0.0)

    def _piece_open(self, x: str, j: int, t: int) -> Row:
        """segment[j] <= width[j] * full[j-1]; build opens the first piece"""
        before = self.full[x, j - 1, t] if j else self.build[x, t]
        return at_most([(1.0, self.segment[x, j, t]), (-self._curves[x][j][0], before)], 0.0)

    def _piece_full(self, x: str, j: int, t: int) -> Row:
        """segment[j] >= width[j] * full[j]"""
        return at_least([(1.0, self.segment[x, j, t]), (-self._curves[x][j][0], self.full[x, j, t])], 0.0)

    # ------------------------------------------------------------ build logic

    def _restrict(self, block: Block) -> None:
        """Rows of a decision are stated where it is made, rows over all decision years where all of them are known."""
        data, whole = self._data, self._timing.whole
        rows = [x for x in data.tables["expansions"] if whole and self.years[x.expansion]]
        new = [k for k in self.keys if self._timing.is_new(k[1])]
        ranged = [k for k in new if self._row(k).sizing == "range"]
        constrain(block, "builds_once", ((x.expansion, self._builds_once(x)) for x in rows))
        constrain(block, "size_most", ((k, self._size_most(*k)) for k in ranged))
        giving = [k for k in ranged if data.size_gives_way(self._row(k))]
        constrain(block, "size_built", ((k, self._size_built(*k)) for k in giving))
        constrain(block, "size_least", ((k, self._size_least(*k)) for k in ranged if self._row(k).min_size > 0))
        constrain(
            block,
            "build_route",
            (((*k, r), self._build_route(*k, r, delay)) for k in new for r, delay in self.contracts(k[0])),
        )
        constrain(block, "build_needs", ((k, self._build_needs(*k)) for k in new if self._row(k).needs))
        granted = [k for k in self.subsidy if self._timing.is_new(k[1])]
        constrain(block, "subsidy_share", ((k, self._subsidy_share(*k)) for k in granted))
        capped = [x for x in rows if x.subsidy > 0 and x.subsidy_cap is not None]
        constrain(block, "subsidy_cap", ((x.expansion, self._subsidy_cap(x)) for x in capped))

    def _builds_once(self, x: Any) -> Row:
        """sum_t build <= modules (continuous: sum_t size <= max_size)"""
        if x.sizing == "continuous":
            sizes = [term for t in self.years[x.expansion] for term in self.size(x.expansion, t)]
            return at_most(sizes + scaled(-1.0, self._larger(x)), x.max_size)
        total = [term for t in self.years[x.expansion] for term in self.built(x.expansion, t)]
        more: list[Term] = []
        if x.sizing == "modular":
            most = self._data.extra_modules(x) if self._data.relief.asks("expansions", "max_modules") else 0
            more = self._data.relief.terms(MORE, "expansions", x.expansion, "max_modules", most=most, whole=True)
        return at_most(total + scaled(-1.0, more), self._data.modules(x))

    def _larger(self, x: Any) -> list[Term]:
        """By how much the greatest size gives way."""
        if not self._data.size_gives_way(x):
            return []
        most = self._data.room.of_facility(x.facility)
        return self._data.relief.terms(MORE, "expansions", x.expansion, "max_size", most=most)

    def _size_most(self, x: str, t: int) -> Row:
        """size <= max_size * build (+ relief)"""
        row = self._data.expansion[x]
        return at_most(
            self.size(x, t) + scaled(-row.max_size, self.built(x, t)) + scaled(-1.0, self._larger(row)), 0.0
        )

    def _size_built(self, x: str, t: int) -> Row:
        """size <= (max_size + all it may give way by) * build"""
        return at_most(self.size(x, t) + scaled(-self._data.most_size(self._data.expansion[x]), self.built(x, t)), 0.0)

    def _size_least(self, x: str, t: int) -> Row:
        """size >= min_size * build"""
        return at_least(self.size(x, t) + scaled(-self._data.expansion[x].min_size, self.built(x, t)), 0.0)

    def contracts(self, x: str) -> list[tuple[str, float]]:
        """Routes an expansion waits for, each with the active years it needs before."""
        row = self._data.expansion[x]
        own = self._data.facility[row.facility].route
        contracts = [(own, 0.0)] if own else []
        if row.route:
            contracts.append((row.route, self._data.route[row.route].transfer_years))
        return contracts

    def _build_route(self, x: str, t: int, route: str, delay: float) -> Row:
        """build <= modules * (startable, or decidable, of the route); size <= max_size * the same for continuous"""
        row = self._data.expansion[x]
        continuous = row.sizing == "continuous"
        decided = self.size(x, t) if continuous else self.built(x, t)
        most = self._data.most_size(row) if continuous else self._data.most_modules(row)
        return at_most(decided + scaled(-most, self._signings.at(route, t, delay)), 0.0)

    def _build_needs(self, x: str, t: int) -> Row:
        """build[x,t] <= modules * sum_{s<=t} build[needs,s]"""
        row = self._data.expansion[x]
        earlier = [term for s in self._data.horizon.upto(t) for term in self.built(row.needs, s)]
        return at_most(self.built(x, t) + scaled(-self._data.most_modules(row), earlier), 0.0)

    def _subsidy_share(self, x: str, t: int) -> Row:
        """subsidy <= share * equity * capital(x,t)"""
        row = self._data.expansion[x]
        share = row.subsidy * self._data.equity(row.facility)
        return at_most([(1.0, self.subsidy[x, t]), *scaled(-share, self.capital(x, t))], 0.0)

    def _subsidy_cap(self, x: Any) -> Row:
        """sum_t subsidy <= cap"""
        return at_most([(1.0, self.subsidy[x.expansion, t]) for t in self.years[x.expansion]], x.subsidy_cap)
