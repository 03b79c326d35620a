"""How often a decision is part of the best plan of a world, and which first decisions go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from ..decisions import Decision, Decisions
from .statistics import Estimate, share

SIGN, BUILD, OPEN = "sign", "build", "open"
# Whether a decision is taken, in a year; how large is another matter.
Taken = frozenset[tuple[str, str, int]]


class Frequency(NamedTuple):
    """A decision over the worlds solved. year: None counts any year. worlds: in which it is taken. size: median t/y
    where it is built, None for what has no size. usual: the commonest first year, where any year counts. stands:
    whether the plan of the case as it stands takes it."""

    kind: str
    name: str
    year: int | None
    worlds: int
    share: Estimate
    size: float | None
    usual: int | None
    stands: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + ("" if self.year is None else f" in {self.year}")


@dataclass(frozen=True)
class Cluster:
    """Worlds whose best plans take the same decisions in the first years.

    taken: these decisions. worlds: numbers. nearest: the one nearest to the case as it stands.
    """

    name: str
    taken: Taken
    worlds: Sequence[int]
    share: Estimate
    nearest: int


def amounts(decisions: Decisions, sizes: Mapping[str, float]) -> dict[tuple[str, str, int], float]:
    """(kind, name, year) -> t/y of what is built, 1 of what is signed or opened. sizes: t/y of a module by expansion."""
    found: dict[tuple[str, str, int], float] = {}
    for kind, name, year in decisions:
        if kind in (SIGN, OPEN):
            found[kind, name, year] = 1.0
        else:
            sized = decisions.get(Decision("size", name, year))
            modules = decisions.get(Decision(BUILD, name, year), 0.0)
            found[BUILD, name, year] = modules * sizes.get(name, 1.0) if sized is None else sized
    return found


def frequencies(
    best: Mapping[int, Decisions], stands: Decisions, sizes: Mapping[str, float]
) -> tuple[list[Frequency], list[Frequency]]:
    """Of any year, and of each year; the most frequent first. best: decisions by world; stands: as the case stands."""
    told = {w: amounts(d, sizes) for w, d in best.items()}
    now = set(amounts(stands, sizes))
    any_year: dict[tuple[str, str], list[dict[int, float]]] = {}
    by_year: dict[tuple[str, str, int], list[float]] = {}
    for found in told.values():
        whole: dict[tuple[str, str], dict[int, float]] = {}
        for (kind, name, year), x in found.items():
            whole.setdefault((kind, name), {})[year] = x
            by_year.setdefault((kind, name, year), []).append(x)
        for key, years in whole.items():
            any_year.setdefault(key, []).append(years)
    for kind, name, year in now:  # what stands in the plan and is best nowhere is worth a row
        any_year.setdefault((kind, name), [])
        by_year.setdefault((kind, name, year), [])
    overall = [
        Frequency(
            kind, name, None, len(found), share(len(found), len(best)),
            _size(kind, [sum(x.values()) for x in found]), _usual(found), any((kind, name) == k[:2] for k in now),
        )
        for (kind, name), found in any_year.items()
    ]  # fmt: skip
    yearly = [
        Frequency(
            kind, name, year, len(xs), share(len(xs), len(best)), _size(kind, xs), year, (kind, name, year) in now
        )
        for (kind, name, year), xs in by_year.items()
    ]
    return (
        sorted(overall, key=lambda f: (-f.worlds, f.kind, f.name)),
        sorted(yearly, key=lambda f: (f.kind, f.name, f.year or 0)),
    )


def _size(kind: str, sizes: Sequence[float]) -> float | None:
    return median(sizes) if kind == BUILD and sizes else None


def _usual(found: Sequence[Mapping[int, float]]) -> int | None:
    """The commonest first year; the earlier of two alike."""
    first = [min(years) for years in found]
    return min(first, key=lambda t: (-first.count(t), t)) if first else None


def taken(decisions: Decisions, years: Sequence[int]) -> Taken:
    """What is signed, built and opened in some years, however large."""
    return frozenset(key for key in amounts(decisions, {}) if key[2] in years)


def clusters(best: Mapping[int, Decisions], years: Sequence[int], distance: Mapping[int, float]) -> list[Cluster]:
    """Worlds by the set of their decisions in some years, the most frequent set first.

    distance: of each world from the case as it stands, for the world that stands for the set.
    """
    members: dict[Taken, list[int]] = {}
    for world, decisions in best.items():
        members.setdefault(taken(decisions, years), []).append(world)
    ordered = sorted(members.items(), key=lambda item: (-len(item[1]), item[1][0]))
    return [
        Cluster(f"set {i}", key, worlds, share(len(worlds), len(best)), min(worlds, key=lambda w: (distance[w], w)))
        for i, (key, worlds) in enumerate(ordered, start=1)
    ]


def said(key: tuple[str, str, int]) -> str:
    kind, name, year = key
    return f"{kind} {name} in {year}"


def against(cluster: Taken, stands: Taken) -> str:
    """What a set takes and does not take, compared with the plan of the case as it stands."""
    more = [said(k) for k in sorted(cluster - stands, key=_order)]
    less = [said(k) for k in sorted(stands - cluster, key=_order)]
    parts = [", ".join(more)] if more else []
    if less:
        parts.append("do not " + ", do not ".join(less))
    return "; ".join(parts) or "as the plan of the case as it stands"


def _order(key: tuple[str, str, int]) -> tuple[int, str, str]:
    return key[2], key[0], key[1]


def named(decisions: Mapping[tuple[str, str, int], float]) -> dict[Decision, float]:
    """The decisions of a run."""
    return {Decision(*key): x for key, x in decisions.items()}
