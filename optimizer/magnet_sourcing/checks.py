"""What must hold between rows: one small function per rule, each noting its findings.

Types, ranges, keys, references and gaps between years are checked while parsing (`parsing.py`). Rules here read
records that passed that; a value that had an error is skipped, so that nothing is complained about twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .changes import BadChange, Change, conditions, fits, target, years_of
from .name_rules import free_names, keys_alike, other_alphabets
from .network_rules import (
    deliverable,
    lanes_lead_somewhere,
    limits_agree,
    named_by_others,
    nothing_from_nothing,
    something_is_wanted,
    windows_meet_the_horizon,
)
from .parsing import Findings, Record, fill_years
from .problems import did_you_mean
from .range_rules import assumption_spread, evidence_targets, groups
from .scenarios import parts
from .schema import METRICS, STUDY_KINDS, TABLES
from .size_rules import far_from_its_like, more_than_the_value, negative_among_costs

Records = Mapping[str, list[Record]]


class Content:
    """What the rules look at: settings, records, and look-ups by name."""

    def __init__(self, settings: Mapping[str, Any], records: Records, found: Findings) -> None:
        self.settings, self.records, self.found = settings, records, found
        self.periods = sorted(r["period"] for r in records["periods"])
        self.by_name: dict[str, dict[Any, Record]] = {
            name: {r[TABLES[name].key[0]]: r for r in rows} for name, rows in records.items()
        }

    def table(self, name: str) -> Iterable[Record]:
        return self.records[name]

    def yearly(self, record: Record, column: str) -> dict[int, float]:
        """Values by period; empty when blank or in error."""
        given = record[column]
        if not given or column in record.bad or not self.periods:
            return {}
        return fill_years(given, record["fill"] or "exact", self.periods) or {}

    def any_positive(self, record: Record, column: str) -> bool:
        return any(x > 0 for x in self.yearly(record, column).values())

    def error(self, record: Record, column: str | None, message: str) -> None:
        self.found.error(*record.place(column), message)

    def warn(self, record: Record, column: str | None, message: str) -> None:
        self.found.warning(*record.place(column), message)


def _total(numbers: Iterable[float]) -> float:
    """The sum from left to right, the same on every version of Python and for numbers that record (`recording`)."""
    added = 0.0
    for x in numbers:
        added = added + x
    return added


# ---------------------------------------------------------------- time


def windows(c: Content) -> None:
    """first_year is not after last_year. Whether the window meets the horizon: `windows_meet_the_horizon`."""
    for name, table in TABLES.items():
        if "first_year" not in table.by_name:
            continue
        for r in c.table(name):
            first, last = r["first_year"], r["last_year"]
            if first is not None and last is not None and first > last:
                c.error(r, "first_year", f"first_year {first} is after last_year {last}")


def period_sequence(c: Content) -> None:
    """Periods follow each other without gap or overlap."""
    rows = sorted(c.table("periods"), key=lambda r: r["period"])
    for a, b in zip(rows, rows[1:], strict=False):
        if "years" in a.bad:
            continue
        end = a["period"] + a["years"]
        if end != b["period"]:
            c.error(
                b,
                "period",
                f"period {b['period']} follows {a['period']}, which lasts {a['years']} years: it must start in {end}",
            )


# ---------------------------------------------------------------- settings


def settings_agree(c: Content) -> None:
    s = c.settings
    if s.get("salvage") == "straight-line" and s.get("capital") == "annuity":
        said = "salvage 'straight-line' goes with capital 'cash'; annuities already stop at the horizon"
        c.found.setting("error", "salvage", said)
    exposed = s.get("exposed_country")
    if exposed and exposed not in _countries(c):
        said = f"exposed_country '{exposed}' is no country of the case" + did_you_mean(exposed, _countries(c))
        c.found.setting("error", "exposed_country", said)


def stage_weights(c: Content) -> None:
    rows = [r for r in c.table("stages") if "weight" not in r.bad]
    total = _total(r["weight"] for r in rows)
    if rows and total > 0:
        if abs(total - 1) > 1e-6:
            c.found.error(
                "stages",
                rows[0].row,
                "weight",
                f"the weights of all stages add to {total:g}; they must add to 1 (or be all 0)",
            )
        if not c.settings.get("exposed_country"):
            c.found.error("stages", rows[0].row, "weight", "weights are given but settings have no exposed_country")


def _countries(c: Content) -> set[str]:
    names = {r["country"] for r in c.table("locations")}
    names |= {r["origin"] for r in c.table("supplies")} | {r["country"] for r in c.table("routes")}
    names |= {r["country"] for r in c.table("tolls")} | {r["country"] for r in c.table("embedded")}
    return {n for n in names if n}


def country_names(c: Content) -> None:
    """A country named in a filter exists in the case."""
    known = _countries(c)
    for name in ("limit_terms", "incentives"):
        for r in c.table(name):
            if r["country"] and r["country"] not in known:
                c.error(
                    r,
                    "country",
                    f"country '{r['country']}' is no country of the case{did_you_mean(r['country'], known)}",
                )


def filter_texts(c: Content) -> None:
    """Owners and segments named in filters exist."""
    owners = {r["owner"] for r in c.table("facilities") if r["owner"]}
    segments = {r["segment"] for r in c.table("demands") if r["segment"]}
    for r in c.table("limit_terms"):
        if r["owner"] and r["owner"] not in owners:
            c.error(r, "owner", f"owner '{r['owner']}' owns no facility{did_you_mean(r['owner'], owners)}")
        if r["segment"] and r["segment"] not in segments:
            c.error(r, "segment", f"segment '{r['segment']}' has no demand{did_you_mean(r['segment'], segments)}")
    for r in c.table("returns"):
        if r["segment"] and r["segment"] not in segments:
            c.error(r, "segment", f"segment '{r['segment']}' has no demand{did_you_mean(r['segment'], segments)}")


# ---------------------------------------------------------------- processes


def element_balance(c: Content) -> None:
    """A process with inputs makes no element: what comes out of NdPr, Dy ... went in."""
    content: dict[str, dict[str, float]] = defaultdict(dict)
    for r in c.table("contents"):
        if not r.bad:
            content[r["material"]][r["element"]] = r["content"]
    recipes: dict[str, list[Record]] = defaultdict(list)
    for r in c.table("recipes"):
        if not r.bad:
            recipes[r["process"]].append(r)
    for process, rows in recipes.items():
        inputs = [r for r in rows if r["direction"] == "input"]
        outputs = [r for r in rows if r["direction"] == "output"]
        if not inputs or not outputs:
            continue
        for element in {e for r in rows for e in content.get(r["material"], {})}:
            for t in c.periods:
                taken, made = (
                    _total(c.yearly(r, "quantity").get(t, 0.0) * content[r["material"]].get(element, 0.0) for r in side)
                    for side in (inputs, outputs)
                )
                if made > taken * (1 + 1e-6) + 1e-9:
                    c.error(
                        outputs[0],
                        "quantity",
                        f"process {process} makes {made:.6g} t of {element} out of {taken:.6g} t "
                        f"in {t}; check the recipe and the contents of its materials",
                    )
                    break


def processes_used(c: Content) -> None:
    run = {r["process"] for r in c.table("operations")}
    made = {r["process"] for r in c.table("recipes")}
    for r in c.table("processes"):
        if r["process"] not in run:
            c.warn(r, "process", f"process {r['process']} is run by no facility (operations)")
        if r["process"] not in made:
            c.warn(r, "process", f"process {r['process']} has no recipe: it consumes and makes nothing")
    working = {r["facility"] for r in c.table("operations")}
    for r in c.table("facilities"):
        if r["facility"] not in working:
            c.warn(r, "facility", f"facility {r['facility']} has no operation: it can do nothing")


# ---------------------------------------------------------------- facilities and expansions


def facility_contracts(c: Content) -> None:
    for r in c.table("facilities"):
        route = c.by_name["routes"].get(r["route"])
        if route and route["kind"] == "tolling":
            c.error(r, "route", f"route {r['route']} is a tolling route; a facility belongs to another kind")
        if route and r["can_retire"]:
            c.error(r, "can_retire", "the capacity of a route's facility ends with the route and cannot be retired")


def expansion_sizes(c: Content) -> None:
    for r in c.table("expansions"):
        if r.bad & {"min_size", "max_size", "sizing"}:
            continue
        if r["min_size"] > r["max_size"]:
            c.error(r, "min_size", f"min_size {r['min_size']:g} is above max_size {r['max_size']:g}")
        if r["min_size"] > 0 and r["sizing"] != "range":
            c.error(r, "min_size", f"min_size is for sizing 'range'; this one is '{r['sizing']}'")
        if r["max_modules"] not in (1, None) and r["sizing"] != "modular":
            c.error(r, "max_modules", f"max_modules is for sizing 'modular'; this one is '{r['sizing']}'")
        if r["sizing"] == "continuous":
            _continuous_is_plain(c, r)


def _continuous_is_plain(c: Content, r: Record) -> None:
    for column in ("fixed_cost", "running_fixed_cost"):
        if c.any_positive(r, column):
            c.error(r, column, f"sizing 'continuous' has no {column}; use 'range'")
    if r["group"]:
        c.error(r, "group", "sizing 'continuous' cannot be in a group; use 'range'")
    if r["needs"]:
        c.error(r, "needs", "sizing 'continuous' cannot need another expansion; use 'range'")


def expansion_needs(c: Content) -> None:
    for r in c.table("expansions"):
        needed = c.by_name["expansions"].get(r["needs"])
        if needed and needed["sizing"] == "continuous":
            c.error(r, "needs", f"{r['needs']} has sizing 'continuous', which is never decided as a whole; use 'range'")
    for table in ("expansions", "routes"):
        _no_cycle(c, table, "needs")


def _no_cycle(c: Content, table: str, column: str) -> None:
    rows = c.by_name[table]
    for name, r in rows.items():
        seen, at = {name}, r[column]
        while at in rows and at not in seen:
            seen.add(at)
            at = rows[at][column]
        if at == name:
            c.error(r, column, f"{name} depends on itself through {column}")


def annuity_life(c: Content) -> None:
    if c.settings.get("capital") != "annuity":
        return
    priced = {r["expansion"] for r in c.table("expansion_costs") if r["cost"]}
    for r in c.table("expansions"):
        costs = c.any_positive(r, "fixed_cost") or c.any_positive(r, "unit_cost") or r["expansion"] in priced
        if costs and r["life"] is None and "life" not in r.bad:
            c.error(r, "life", "life is blank; capital charged as annuity needs the years over which it is paid")


def positive_lives(c: Content) -> None:
    for table, column in (("expansions", "life"), ("routes", "duration")):
        for r in c.table(table):
            if r[column] is not None and column not in r.bad and r[column] <= 0:
                c.error(r, column, f"{column} {r[column]:g}; must be more than 0")


def cost_curves(c: Content) -> None:
    points: dict[Any, list[Record]] = defaultdict(list)
    for r in c.table("expansion_costs"):
        if not r.bad:
            points[r["expansion"]].append(r)
    for name, rows in points.items():
        rows.sort(key=lambda r: r["size"])
        expansion = c.by_name["expansions"].get(name)
        if expansion is None or expansion.bad & {"sizing", "max_size"}:
            continue
        if expansion["sizing"] != "range":
            c.error(rows[0], "expansion", f"a cost curve is for sizing 'range'; {name} is '{expansion['sizing']}'")
        if rows[0]["size"] != 0 or rows[0]["cost"] != 0:
            c.error(rows[0], "size", f"the curve of {name} must start at size 0, cost 0 (put fixed cost in expansions)")
        if len(rows) < 2 or rows[-1]["size"] != expansion["max_size"]:
            c.error(rows[-1], "size", f"the curve of {name} must end at max_size {expansion['max_size']:g}")
        for a, b in zip(rows, rows[1:], strict=False):
            if b["cost"] < a["cost"]:
                c.error(b, "cost", f"cost {b['cost']:g} at size {b['size']:g} is below that at size {a['size']:g}")
        if c.any_positive(expansion, "unit_cost"):
            c.error(expansion, "unit_cost", f"{name} has a cost curve in expansion_costs; leave unit_cost blank")


def profiles(c: Content) -> None:
    """Spending shares add to 1; ramps start at age 0."""
    shares: dict[Any, list[Record]] = defaultdict(list)
    for r in c.table("spending"):
        shares[r["profile"]].append(r)
    for name, rows in shares.items():
        total = _total(r["share"] for r in rows if "share" not in r.bad)
        if abs(total - 1) > 1e-6:
            c.error(rows[0], "share", f"the shares of {name} add to {total:g}; they must add to 1")
    ages: dict[Any, list[Record]] = defaultdict(list)
    for r in c.table("ramps"):
        ages[r["ramp"]].append(r)
    for name, rows in ages.items():
        if all(r["age"] != 0 for r in rows):
            c.error(rows[0], "age", f"ramp {name} has no share for age 0")


def group_bounds(c: Content) -> None:
    members = {r["group"] for table in ("expansions", "routes") for r in c.table(table)}
    for r in c.table("groups"):
        if not r.bad and r["maximum"] is not None and r["minimum"] > r["maximum"]:
            c.error(r, "minimum", f"minimum {r['minimum']} is above maximum {r['maximum']}")
        if r["group"] not in members:
            c.warn(r, "group", f"group {r['group']} has no members")


# ---------------------------------------------------------------- lanes and trade


def lane_ends(c: Content) -> None:
    carrying = {r["lane"] for r in c.table("freight")}
    for r in c.table("lanes"):
        if r["origin"] == r["destination"] and r["origin"] is not None:
            c.error(r, "destination", f"lane {r['lane']} goes from {r['origin']} to itself")
        if r["lane"] not in carrying:
            c.warn(r, "lane", f"lane {r['lane']} carries nothing: it has no row in freight")


def duty_values(c: Content) -> None:
    for r in c.table("freight"):
        material = c.by_name["materials"].get(r["material"])
        if material and not material["value"] and c.any_positive(r, "duty"):
            c.error(r, "duty", f"a duty by value needs the value of {r['material']} (materials, column value)")


def royalty_values(c: Content) -> None:
    by_route: dict[Any, set[str]] = defaultdict(set)
    owner = {r["facility"]: r["route"] for r in c.table("facilities")}
    for r in c.table("operations"):
        for route in (r["route"], owner.get(r["facility"])):
            if route:
                by_route[route].add(r["process"])
    stage = {r["process"]: r["stage"] for r in c.table("processes")}
    for route in c.table("routes"):
        for recipe in c.table("recipes"):
            material = c.by_name["materials"].get(recipe["material"])
            made = recipe["direction"] == "output" and recipe["process"] in by_route[route["route"]]
            if material is None or material["value"]:
                continue
            own = made and stage.get(recipe["process"]) in (None, material["stage"])
            if own and c.any_positive(route, "royalty"):
                c.error(
                    route, "royalty", f"a royalty needs the value of {recipe['material']} (materials, column value)"
                )


def hurdle_values(c: Content) -> None:
    """A route held to its partner's hurdle must count the product the partner gets."""
    for material, route in sorted(_partners_products(c)):
        if not c.by_name["materials"][material]["value"]:
            r = c.by_name["routes"][route]
            said = f"the partner gets {material}: its hurdle needs the value of {material} (materials, column value)"
            c.error(r, "clears_hurdle", said)


def _partners_products(c: Content) -> set[tuple[str, str]]:
    """(material, route) of products that partners of routes with clears_hurdle keep or take their share of."""
    asked = {name: r for name, r in c.by_name["routes"].items() if r["clears_hurdle"]}
    found = {(r["returned"], r["route"]) for r in c.table("tolls") if r["route"] in asked and r["partner_share"]}
    owner = {r["facility"]: r["route"] for r in c.table("facilities")}
    shared = {name for name, r in asked.items() if r["output_share"]}
    stage = {r["process"]: r["stage"] for r in c.table("processes")}
    runs = {(r["process"], owner[r["facility"]]) for r in c.table("operations") if owner.get(r["facility"]) in shared}
    for recipe in c.table("recipes"):
        material = c.by_name["materials"].get(recipe["material"])
        if material and recipe["direction"] == "output" and stage.get(recipe["process"]) in (None, material["stage"]):
            found |= {(recipe["material"], route) for process, route in runs if process == recipe["process"]}
    return {(material, route) for material, route in found if material in c.by_name["materials"]}


def tiers(c: Content) -> None:
    for table in ("supplies", "sales"):
        for r in c.table(table):
            first = c.by_name[table].get(r["after"])
            if first is None:
                continue
            if first["limit"] is None:
                c.error(r, "after", f"{r['after']} has no limit, so nothing can open after it")
            for column in ("material", "location"):
                if r[column] != first[column]:
                    c.error(r, "after", f"{r['after']} is for {column} {first[column]}, this row for {r[column]}")
        _no_cycle(c, table, "after")


def minima(c: Content) -> None:
    """A minimum is not above its maximum."""
    for table, low, high in (
        ("supplies", "minimum", "limit"),
        ("sales", "minimum", "limit"),
        ("routes", "minimum", "maximum"),
        ("lanes", "minimum", "capacity"),
        ("stocks", "minimum", "capacity"),
    ):
        for r in c.table(table):
            least, most = c.yearly(r, low), c.yearly(r, high)
            for t in c.periods:
                if least.get(t, 0) > most.get(t, float("inf")):
                    c.error(r, low, f"{low} {least[t]:g} is above {high} {most[t]:g} in {t}")
                    break
    for r in c.table("stocks"):
        most = c.yearly(r, "capacity")
        if r["final"] is not None and most and r["final"] > most[c.periods[-1]]:
            c.error(r, "final", f"final {r['final']:g} t is above capacity {most[c.periods[-1]]:g} t")
        if r["initial"] and most and r["initial"] > most[c.periods[0]]:
            c.error(r, "initial", f"initial {r['initial']:g} t is above capacity {most[c.periods[0]]:g} t")


# ---------------------------------------------------------------- routes and tolls


def tolls_have_contracts(c: Content) -> None:
    tolled = {r["route"] for r in c.table("tolls")}
    for r in c.table("tolls"):
        route = c.by_name["routes"].get(r["route"])
        if route and route["kind"] != "tolling":
            c.error(r, "route", f"route {r['route']} is of kind '{route['kind']}'; a toll needs one of kind 'tolling'")
        if r["swarf_yield"] and not r["swarf"]:
            c.error(r, "swarf_yield", "swarf_yield is given but no swarf material")
    for r in c.table("routes"):
        if r["kind"] == "tolling" and r["route"] not in tolled:
            c.warn(r, "route", f"tolling route {r['route']} has no row in tolls")


def toll_content(c: Content) -> None:
    """More element back than went out is the partner's addition: worth a look."""
    content = {(r["material"], r["element"]): r["content"] for r in c.table("contents") if not r.bad}
    for r in c.table("tolls"):
        if r.bad:
            continue
        for (material, element), back in content.items():
            if material == r["returned"]:
                made, sent = back * r["yield"], content.get((r["sent"], element), 0.0)
                if made > sent * (1 + 1e-6):
                    c.warn(
                        r,
                        "yield",
                        f"{made:.4g} t of {element} come back for each tonne sent, which holds {sent:.4g} t: "
                        "the partner adds the rest; say where from in the embedded sheet",
                    )


def credits_bounded(c: Content) -> None:
    for r in c.table("routes"):
        if not r["credit_rate"]:
            continue
        if r["maximum"] is None and "maximum" not in r.bad:
            c.error(r, "credit_rate", "make-up credit needs a maximum quantity")
        if r["shortfall_cost"] is None and "shortfall_cost" not in r.bad:
            c.error(r, "credit_rate", "make-up credit needs a shortfall_cost")


def supply_duties(c: Content) -> None:
    for r in c.table("routes"):
        if c.any_positive(r, "supply_minimum") and not r["supply_material"]:
            c.error(r, "supply_minimum", "supply_minimum is given but no supply_material")


def embedded_owners(c: Content) -> None:
    shares: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for r in c.table("embedded"):
        if "supply" in r.bad or "toll" in r.bad:
            continue
        if bool(r["supply"]) == bool(r["toll"]):
            c.error(r, "supply", "name a supply or a toll, one of them")
            continue
        shares[r["supply"], r["toll"], r["stage"], r["element"]].append(r)
    for (supply, toll, stage, _), rows in shares.items():
        for t in c.periods:
            total = _total(c.yearly(r, "share").get(t, 0.0) for r in rows)
            if total > 1 + 1e-9:
                c.error(
                    rows[-1],
                    "share",
                    f"the shares of {supply or toll} at stage {stage} add to {total:g} in {t}; at most 1",
                )
                break


# ---------------------------------------------------------------- demand


def demand_growth(c: Content) -> None:
    for r in c.table("demands"):
        if r["growth"] and r["quantity"] and None not in r["quantity"]:
            c.error(r, "growth", "growth goes with one quantity; here quantities are given by year")


def reserved_first(c: Content) -> None:
    """A reserved demand with a penalty must be dearer to miss than any market demand for the material."""
    for r in c.table("demands"):
        own = c.yearly(r, "penalty")
        if not r["reserved"] or not own:
            continue
        for other in c.table("demands"):
            market = c.yearly(other, "penalty")
            if other["reserved"] or other["material"] != r["material"]:
                continue
            worse = [t for t in c.periods if market.get(t, 0.0) >= own[t]]
            if worse:
                c.error(
                    r,
                    "penalty",
                    f"reserved demand is served first, but its penalty {own[worse[0]]:g} in {worse[0]} is "
                    f"not above that of {other['demand']}, {market[worse[0]]:g}",
                )


# ---------------------------------------------------------------- custody


def free_demands(c: Content) -> None:
    """A free share is asked for only where it can be followed."""
    carrying = _carrying(c)
    for r in c.table("demands"):
        if not c.any_positive(r, "min_free"):
            continue
        if not c.settings.get("exposed_country"):
            c.error(r, "min_free", "min_free needs exposed_country in the settings: free of which country?")
        elif r["material"] not in carrying and "material" not in r.bad:
            c.error(r, "min_free", f"{r['material']} holds no tracked element (contents), so nothing of it is followed")


def segment_names(c: Content) -> None:
    """The plan reports free delivery by segment and, as 'all', for all of them."""
    for r in c.table("demands"):
        if (r["segment"] or r["demand"]) == "all" and c.settings.get("exposed_country"):
            c.error(r, "segment", "'all' is how the plan names the sum of the segments; give this one another name")


def free_limits(c: Content) -> None:
    """Limits on free delivery ask for more of it: a free tonne may always be counted with the others."""
    carrying = _carrying(c)
    for r in c.table("limit_terms"):
        if r["metric"] != "free delivered":
            continue
        if not c.settings.get("exposed_country"):
            c.error(
                r, "metric", "metric 'free delivered' needs exposed_country in the settings: free of which country?"
            )
            continue
        demand = c.by_name["demands"].get(r["demand"])
        for column, material in (("material", r["material"]), ("demand", demand["material"] if demand else None)):
            if material is not None and material not in carrying and column not in r.bad:
                c.error(r, column, f"{material} holds no tracked element (contents), so nothing of it is followed")
        limit = c.by_name["limits"].get(r["limit"])
        wanted = {"at least": 1, "at most": -1}.get(limit["sense"], 0) if limit else None
        if wanted is not None and "coefficient" not in r.bad and r["coefficient"] * wanted <= 0:
            c.error(
                r,
                "coefficient",
                "a free tonne may always be counted with the others, so a limit can only ask for more free tonnes: "
                "'at least' with a positive coefficient, or 'at most' with a negative one",
            )


def _carrying(c: Content) -> set[Any]:
    return {r["material"] for r in c.table("contents") if "content" not in r.bad and r["content"] > 0}


# ---------------------------------------------------------------- limits, scenarios, evidence


def limit_filters(c: Content) -> None:
    """A filter a metric does not understand would be a limit that is silently something else."""
    named = {r["limit"] for r in c.table("limit_terms")}
    for r in c.table("limits"):
        if r["limit"] not in named:
            c.error(r, "limit", f"limit {r['limit']} counts nothing: it has no row in limit_terms")
    for r in c.table("limit_terms"):
        if "metric" in r.bad:
            continue
        understood = METRICS[r["metric"]][1]
        for name in TABLES["limit_terms"].key[2:]:
            if r[name] is not None and name not in understood:
                c.error(
                    r, name, f"metric '{r['metric']}' cannot be filtered by {name}; it can by {', '.join(understood)}"
                )
        if r["metric"] == "impact" and r["impact"] is None and "impact" not in r.bad:
            c.error(r, "impact", "metric 'impact' needs the impact it counts")
        if r["metric"] in ("index", "share", "exposure") and not c.settings.get("exposed_country") and not r["country"]:
            c.error(r, "country", f"metric '{r['metric']}' needs a country, or exposed_country in the settings")


def excluded_costs(c: Content) -> None:
    """A limit on a cost item that is switched off would count nothing."""
    off = {r["item"] for r in c.table("cost_items") if r["include"] is False}
    for r in c.table("limit_terms"):
        if r["metric"] == "cost" and r["item"] in off:
            c.error(r, "item", f"'{r['item']}' is switched off in cost_items, so a limit on it would count nothing")


def tolls_bounded(c: Content) -> None:
    """A toll's route is signed or not: something must bound what it then takes."""
    for r in c.table("tolls"):
        route = c.by_name["routes"].get(r["route"])
        if route and r["capacity"] is None and route["maximum"] is None and not r.bad and not route.bad:
            c.error(r, "capacity", f"give the toll a capacity, or the route {r['route']} a maximum")


def probabilities(c: Content) -> None:
    rows = [r for r in c.table("scenarios") if "probability" not in r.bad]
    total = _total(r["probability"] for r in rows)
    if rows and abs(total - 1) > 1e-6:
        c.error(rows[0], "probability", f"the probabilities of all scenarios add to {total:g}; they must add to 1")


def disruption_targets(c: Content) -> None:
    """A disruption names a table, a number column of it that a future can change, rows that exist, and periods."""
    for r in c.table("disruptions"):
        _change_target(c, r, decided=True)


def assumption_targets(c: Content) -> None:
    """The same for assumptions, which may also be about what is decided; and they have a range to search."""
    for r in c.table("assumptions"):
        _change_target(c, r, decided=False)
        low, high = r["low"], r["high"]
        if low is not None and high is not None and low >= high:
            c.error(r, "low", f"low {low:g} is not below high {high:g}")
        neutral = 1.0 if r["operation"] == "multiply" else 0.0
        if low is not None and high is not None and not low <= neutral <= high:
            c.error(r, "low", f"the range {low:g}-{high:g} does not hold the case as it stands, which is {neutral:g}")
        _whole_moves(c, r)


def _whole_moves(c: Content, r: Record) -> None:
    """A year or a count can only move by whole numbers."""
    known = TABLES.get(str(r["table"]))
    column = known.by_name.get(str(r["column"])) if known else None
    if column is None or column.kind not in ("whole", "year"):
        return
    if r["operation"] == "multiply":
        c.error(r, "operation", f"{column.name} of {r['table']} is a whole number, so it can only be added to")
    for name in ("low", "high", "factor"):
        if r[name] is not None and not float(r[name]).is_integer():
            c.error(r, name, f"{name} {r[name]:g}: {column.name} of {r['table']} moves by whole numbers")


def assumptions_agree(c: Content) -> None:
    """Rows of one assumption have one range and one meaning of the value."""
    first: dict[str, Record] = {}
    for r in c.table("assumptions"):
        known = first.setdefault(r["assumption"], r)
        for name in ("operation", "low", "high", "unit", "distribution", "group", "correlation"):
            if {name} & (r.bad | known.bad) or r[name] == known[name]:
                continue
            c.error(r, name, f"{name} '{r[name]}' differs from '{known[name]}' in an earlier row of {r['assumption']}")


def _change_target(c: Content, r: Record, decided: bool) -> None:
    if {"table", "column"} & r.bad:
        return
    try:
        column = target(str(r["table"]), str(r["column"]), decided=decided)
        wanted = conditions(r["table"], r["where"])
        change = Change(r["table"], r["where"] or "", r["column"], "set", 0.0, r["first_year"], r["last_year"])
        if c.periods:
            years_of(change, column, c.periods)
    except BadChange as reason:
        c.error(r, reason.column, str(reason))
        return
    if not any(fits(row, wanted) for row in c.records[r["table"]]):
        c.error(r, "where", f"no row of {r['table']} has {r['where']}")


def scenario_parts(c: Content) -> None:
    """Scenarios include scenarios that exist, and never themselves."""
    included = {r["scenario"]: parts(r["includes"]) for r in c.table("scenarios")}
    for r in c.table("scenarios"):
        for name in included[r["scenario"]]:
            if name not in included:
                c.error(r, "includes", f"'{name}' is not in scenarios{did_you_mean(name, included)}")
        reached, queue = set(), list(included[r["scenario"]])
        while queue:
            name = queue.pop()
            if name not in reached:
                reached.add(name)
                queue += included.get(name, [])
        if r["scenario"] in reached:
            c.error(r, "includes", f"scenario {r['scenario']} includes itself")


def studies_fit_their_kind(c: Content) -> None:
    """A study has what its kind needs, and nothing its kind does not read."""
    for r in c.table("studies"):
        if "kind" in r.bad:
            continue
        read = STUDY_KINDS[r["kind"]]
        for name in ("vary", "samples", "top", "design", "measure", "scenario", "gap", "seed"):
            if r[name] is not None and name not in read:
                c.error(r, name, f"{name} is not read by a study of kind {r['kind']}; it reads {', '.join(read)}")
        if r["kind"] == "sweep" and not r["vary"]:
            c.error(r, "vary", "a sweep needs what to vary: 'table.column[rows] = low:high:count'")


RULES: tuple[Callable[[Content], None], ...] = (
    windows,
    period_sequence,
    settings_agree,
    stage_weights,
    country_names,
    filter_texts,
    element_balance,
    processes_used,
    facility_contracts,
    expansion_sizes,
    expansion_needs,
    annuity_life,
    positive_lives,
    cost_curves,
    profiles,
    group_bounds,
    lane_ends,
    duty_values,
    royalty_values,
    hurdle_values,
    tiers,
    minima,
    tolls_have_contracts,
    toll_content,
    credits_bounded,
    supply_duties,
    embedded_owners,
    demand_growth,
    reserved_first,
    deliverable,
    free_demands,
    segment_names,
    free_limits,
    limit_filters,
    excluded_costs,
    tolls_bounded,
    probabilities,
    disruption_targets,
    assumption_targets,
    assumptions_agree,
    assumption_spread,
    scenario_parts,
    studies_fit_their_kind,
    evidence_targets,
    groups,
    other_alphabets,
    keys_alike,
    free_names,
    lanes_lead_somewhere,
    named_by_others,
    something_is_wanted,
    nothing_from_nothing,
    windows_meet_the_horizon,
    limits_agree,
    far_from_its_like,
    negative_among_costs,
    more_than_the_value,
)


# Rules that never find an error, only what is worth a look.
ADVICE: tuple[Callable[[Content], None], ...] = (
    processes_used,
    toll_content,
    deliverable,
    keys_alike,
    lanes_lead_somewhere,
    named_by_others,
    something_is_wanted,
    nothing_from_nothing,
    windows_meet_the_horizon,
    far_from_its_like,
    negative_among_costs,
    more_than_the_value,
)


def check_content(settings: Mapping[str, Any], records: Records, found: Findings, advice: bool = True) -> None:
    """Applies every rule, or without advice those that can find an error; findings go to `found`."""
    content = Content(settings, records, found)
    for rule in RULES:
        if advice or rule not in ADVICE:
            rule(content)
