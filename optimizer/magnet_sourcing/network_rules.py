"""What lies idle in the network: lanes that lead nowhere, things nobody uses, matter from nothing, limits that clash.

Rules as in `checks.py`. Most only warn: an idle row changes no plan, but is seldom what was meant.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .parsing import Record
from .schema import FILTERS, TABLES

if TYPE_CHECKING:
    from .checks import Content

# Tables whose rows are there to be named by others.
_NAMED_BY_OTHERS = ("elements", "locations", "materials", "impacts", "ramps", "spending")
# Outputs of so many times the mass of the inputs are no water or oxygen that nobody wrote down.
_MASS = 10.0
# Years from the planning years beyond which another year is a slip.
_LONG_AGO = 50

Placed = set[tuple[Any, Any]]  # (material, location)


def deliverable(c: Content) -> None:
    """Something can bring each demanded material to where it is demanded."""
    made = _made(c) | _unloaded(c)
    for r in c.table("demands"):
        if (r["material"], r["location"]) not in made and not r.bad:
            c.warn(
                r,
                "material",
                f"nothing can bring {r['material']} to {r['location']}: no supply, process, toll, stock or lane does",
            )


def lanes_lead_somewhere(c: Content) -> None:
    """What a lane carries is there to be loaded, and wanted where it is unloaded.

    Disposal is no use: it can be had at the lane's beginning.
    """
    lanes, made, taken = c.by_name["lanes"], _made(c) | _unloaded(c), _taken(c) | _loaded(c)
    for r in c.table("freight"):
        lane = lanes.get(r["lane"])
        if lane is None or r.bad or lane.bad:
            continue
        material, origin, destination = r["material"], lane["origin"], lane["destination"]
        if (material, origin) not in made:
            c.warn(
                r, "lane", f"lane {r['lane']} finds nothing to carry: nothing makes or brings {material} at {origin}"
            )
        if (material, destination) not in taken:
            c.warn(r, "lane", f"lane {r['lane']} leads nowhere: nothing takes {material} at {destination}")


def _made(c: Content) -> Placed:
    """Where materials come into being or are handed over."""
    made: Placed = {(r["material"], r["location"]) for t in ("supplies", "stocks", "returns") for r in c.table(t)}
    made |= {(m, r["destination"]) for r in c.table("tolls") for m in (r["returned"], r["swarf"])}
    return made | _worked(c, "output")


def _taken(c: Content) -> Placed:
    """Where materials are used up, stored or handed over."""
    taken: Placed = {(r["material"], r["location"]) for t in ("demands", "sales", "stocks") for r in c.table(t)}
    return taken | {(r["sent"], r["origin"]) for r in c.table("tolls")} | _worked(c, "input")


def _worked(c: Content, direction: str) -> Placed:
    place = {r["facility"]: r["location"] for r in c.table("facilities")}
    materials: dict[Any, set[Any]] = defaultdict(set)
    for r in c.table("recipes"):
        if r["direction"] == direction:
            materials[r["process"]].add(r["material"])
    return {(m, place.get(r["facility"])) for r in c.table("operations") for m in materials[r["process"]]}


def _unloaded(c: Content) -> Placed:
    lanes = c.by_name["lanes"]
    return {(r["material"], lanes[r["lane"]]["destination"]) for r in c.table("freight") if r["lane"] in lanes}


def _loaded(c: Content) -> Placed:
    lanes = c.by_name["lanes"]
    return {(r["material"], lanes[r["lane"]]["origin"]) for r in c.table("freight") if r["lane"] in lanes}


def named_by_others(c: Content) -> None:
    """A material, place, element ... that no row names plays no part: a remark, a sum, or a row somebody forgot."""
    named: dict[str, set[Any]] = defaultdict(set)
    for name, table in TABLES.items():
        for column in table.columns:
            if column.kind == "ref":
                named[column.ref] |= {r[column.name] for r in c.table(name)}
    for name in _NAMED_BY_OTHERS:
        key, seen = TABLES[name].key[0], set()
        for r in c.table(name):
            if r[key] not in named[name] and r[key] not in seen:
                seen.add(r[key])
                c.warn(r, key, f"nothing in the case names '{r[key]}' of {name}: it plays no part")


def something_is_wanted(c: Content) -> None:
    if not c.records["demands"]:
        c.found.warning("demands", None, None, "the case has no demand: nothing has to be delivered")


def nothing_from_nothing(c: Content) -> None:
    """Only the first steps of a chain take nothing in, and no process makes many times the mass of what it takes."""
    order = {r["stage"]: r["order"] for r in c.table("stages") if "order" not in r.bad}
    holds = {r["material"] for r in c.table("contents") if "content" not in r.bad and r["content"] > 0}
    made_in = {r["material"]: r["stage"] for r in c.table("materials")}
    stage_of = {r["process"]: r["stage"] for r in c.table("processes")}
    sides: dict[Any, dict[str, list[Record]]] = defaultdict(lambda: {"input": [], "output": []})
    for r in c.table("recipes"):
        if not r.bad:
            sides[r["process"]][r["direction"]].append(r)
    incomplete = {r["process"] for r in c.table("recipes") if r.bad}
    for process, side in sides.items():
        stage = stage_of.get(process)
        if process in incomplete:
            continue
        if not side["output"]:
            c.warn(side["input"][0], "direction", f"process {process} makes nothing: it has inputs and no output")
            continue
        first = side["output"][0]
        if stage is not None and not any(made_in.get(r["material"]) for r in side["output"]):
            c.warn(first, "process", f"process {process} of stage {stage} makes no material of any stage: by-products only")
        if not side["input"]:
            if (
                stage in order
                and order[stage] > min(order.values())
                and any(r["material"] in holds for r in side["output"])
            ):
                c.warn(
                    first, "process",
                    f"process {process} makes {first['material']} from nothing: it has no input, and its stage {stage} is "
                    "not the first",
                )  # fmt: skip
            continue
        taken, made = (max(_mass(c, rows, t) for t in c.periods) if c.periods else 0.0 for rows in side.values())
        if taken > 0 and made > _MASS * taken:
            c.warn(first, "quantity", f"process {process} makes {made:.4g} t out of {taken:.4g} t; check the recipe")


def _mass(c: Content, rows: list[Record], t: int) -> float:
    added = 0.0
    for r in rows:
        added = added + c.yearly(r, "quantity").get(t, 0.0)
    return added


def windows_meet_the_horizon(c: Content) -> None:
    """A window wholly before or after the planning years takes its row out: seldom what was meant."""
    rows = [r for r in c.table("periods") if "years" not in r.bad]
    if not rows:
        return
    begin, end = c.periods[0], max(r["period"] + r["years"] - 1 for r in rows)
    for name, table in TABLES.items():
        if "first_year" not in table.by_name or name in ("disruptions", "assumptions"):
            continue
        for r in c.table(name):
            first, last = r["first_year"], r["last_year"]
            if r["active"] is not False and first is not None and first > end:
                c.warn(
                    r,
                    "first_year",
                    f"first_year {first} is after the planning years, which end in {end}: it is never used",
                )
            if r["active"] is not False and last is not None and last < begin:
                c.warn(
                    r,
                    "last_year",
                    f"last_year {last} is before the planning years, which begin in {begin}: it is never used",
                )
    for name, table in TABLES.items():
        for column in table.yearly:
            for r in c.table(name):
                given = r.values.get(column.name)
                if not given or None in given or column.name in r.bad:
                    continue
                if far := [t for t in given if not begin - _LONG_AGO <= t <= end + _LONG_AGO]:
                    said = (
                        f"{column.name} {far[0]} is more than {_LONG_AGO} years from the planning years, {begin}-{end}"
                    )
                    c.warn(r, f"{column.name} {far[0]}", said)
    base = c.settings.get("base_year")
    if base is not None and abs(base - begin) > _LONG_AGO:
        said = f"base_year {base} is {abs(base - begin)} years from the first period, {begin}"
        c.found.setting("warning", "base_year", said)


def limits_agree(c: Content) -> None:
    """Of limits on the very same sum, none asks for more than another allows."""
    terms: dict[Any, list[tuple[Any, ...]]] = defaultdict(list)
    spoiled = {r["limit"] for r in c.table("limit_terms") if r.bad}
    for r in c.table("limit_terms"):
        terms[r["limit"]].append((r["metric"], r["coefficient"], *(r[f] for f in FILTERS)))
    alike: dict[Any, list[Record]] = defaultdict(list)
    for r in c.table("limits"):
        hard = r["penalty"] is None and r["active"] is not False and not r.bad and r["limit"] not in spoiled
        if hard and terms[r["limit"]]:
            alike[r["scope"], tuple(sorted(terms[r["limit"]], key=str))].append(r)
    for rows in alike.values():
        for floor in (r for r in rows if r["sense"] != "at most"):
            for ceiling in (r for r in rows if r["sense"] != "at least" and r is not floor):
                _floor_below_ceiling(c, floor, ceiling)


def _floor_below_ceiling(c: Content, floor: Record, ceiling: Record) -> None:
    least, most = c.yearly(floor, "value"), c.yearly(ceiling, "value")
    if floor["scope"] == "horizon" and (floor["first_year"], floor["last_year"]) != (
        ceiling["first_year"],
        ceiling["last_year"],
    ):
        return
    for t in c.periods:
        if all((r["first_year"] or t) <= t <= (r["last_year"] or t) for r in (floor, ceiling)) and least[t] > most[t]:
            said = f"{floor['limit']} asks for {least[t]:g} and {ceiling['limit']} allows {most[t]:g} of the same sum"
            for r in (floor, ceiling):
                c.error(r, "value", f"limits contradict each other in {t}: {said}")
            return
