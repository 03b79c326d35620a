"""The tables of a case, declared once.

Everything that knows about tables derives from here: the workbook template (sheets, headers, comments, units,
drop-downs), the reader, the checks and their messages, the CSV headers, the rows the model receives and
`docs/tables.md`. To add or change a column, change it here and nowhere else.

A *yearly* column may be given as one value for the whole horizon (header `price`) or as one column per year
(headers `price 2027`, `price 2030` ...). How years without a value are filled is said by the row's `fill` column,
never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "number", "whole", "year", "yes/no", "choice", "ref"]


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Any = _Required()


@dataclass(frozen=True)
class Column:
    """One column: its type, unit, default, range and meaning.

    `default` is REQUIRED (a blank is an error), a value (used where the cell is blank), or None; then `blank` says
    in words what a blank means. `ref` is the table whose key the text must name. `low`/`high` are inclusive.
    """

    name: str
    kind: Kind
    help: str
    unit: str = ""
    default: Any = None
    blank: str = ""
    low: float | None = None
    high: float | None = None
    ref: str = ""
    choices: tuple[str, ...] = ()
    yearly: bool = False

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "whole", "year")


@dataclass(frozen=True)
class Table:
    """One table: its key columns, what a row means, and its columns in order."""

    name: str
    help: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    by_name: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})

    @property
    def yearly(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if c.yearly)


# ---------------------------------------------------------------- short forms for declaring columns


def _name(name: str, help: str) -> Column:
    return Column(name, "text", help, default=REQUIRED)


def _ref(name: str, table: str, help: str, default: Any = REQUIRED, blank: str = "") -> Column:
    return Column(name, "ref", help, default=default, blank=blank, ref=table)


def _choice(name: str, choices: tuple[str, ...], help: str, default: Any = REQUIRED) -> Column:
    return Column(name, "choice", help, default=default, choices=choices)


def _num(
    name: str,
    unit: str,
    help: str,
    default: Any = None,
    *,
    blank: str = "",
    low: float | None = 0.0,
    high: float | None = None,
    yearly: bool = False,
) -> Column:
    return Column(name, "number", help, unit, default, blank, low, high, yearly=yearly)


def _share(name: str, help: str, default: Any = None, *, blank: str = "", yearly: bool = False) -> Column:
    return Column(name, "number", help, "fraction 0-1", default, blank, 0.0, 1.0, yearly=yearly)


ACTIVE = Column("active", "yes/no", "'no' takes the row out of the case without deleting it.", default=True)
FIRST = Column("first_year", "year", "First year in which it can be used.", "year", blank="from the first period")
LAST = Column("last_year", "year", "Last year in which it can be used.", "year", blank="to the last period")
FILL = Column(
    "fill",
    "choice",
    "How periods without a value of their own are filled in this row's yearly columns: 'exact' - every period must "
    "have its value; 'hold' - the last earlier value holds; 'linear' - straight line between the two nearest.",
    default="exact",
    choices=("exact", "hold", "linear"),
)
SOURCE = Column(
    "source",
    "ref",
    "Where the numbers come from: an id of the sources sheet, or 'estimate'.",
    blank="no source given",
    ref="sources",
)
NOTE = Column(
    "note", "text", "Anything a reader should know; reasoning, if the numbers are estimates.", blank="no note"
)


def _table(name: str, key: str, help: str, *columns: Column, required: bool = False) -> Table:
    extra: list[Column] = []
    if any(c.yearly for c in columns):
        extra.append(FILL)
    extra += [SOURCE, NOTE]
    return Table(name, help, tuple(key.split()), (*columns, *extra), required)


# ---------------------------------------------------------------- settings: one row per setting

CAPITAL_CHOICES = ("annuity", "cash")
SALVAGE_CHOICES = ("none", "straight-line")

SETTINGS: tuple[Column, ...] = (
    Column("name", "text", "Name of the case.", default=REQUIRED),
    Column("description", "text", "What the case is about.", default=""),
    Column(
        "base_year",
        "year",
        "Year to which costs are discounted and in whose money they are given.",
        "year",
        REQUIRED,
        low=1900,
        high=2200,
    ),
    Column("currency", "text", "Name of the money unit, for display.", default="US$"),
    Column("mass_unit", "text", "Name of the mass unit, for display.", default="t"),
    _num("discount_rate", "fraction per year", "Yearly discount rate.", REQUIRED, high=1.0),
    Column(
        "capital",
        "choice",
        "How capital is charged. 'annuity': equal yearly payments over the life, only those falling inside the "
        "horizon. 'cash': when spent.",
        default=REQUIRED,
        choices=CAPITAL_CHOICES,
    ),
    Column(
        "salvage",
        "choice",
        "Only with capital = cash. 'straight-line': the unused share of the life at the end of the horizon is "
        "credited there; 'none': nothing is.",
        default="none",
        choices=SALVAGE_CHOICES,
    ),
    _num(
        "escalation",
        "fraction per year",
        "Yearly growth of every price and cost from the base year on; 0 means real (constant) prices.",
        0.0,
        low=-0.5,
        high=0.5,
    ),
    Column(
        "exposed_country",
        "text",
        "The country whose share of the chain is the dependence index.",
        blank="no dependence index",
    ),
    Column(
        "home_country",
        "text",
        "The planner's own country, left out when the largest single-country share is sought.",
        blank="every country counts",
    ),
)

# The cost items. Each can be switched off in the cost_items sheet; every total is reported by item.
COST_ITEMS: dict[str, str] = {
    "capital": "building expansions (annuities or cash, as the settings say)",
    "salvage": "credit for unused plant life at the end of the horizon",
    "capital subsidy": "public money towards expansions",
    "retirement": "closing existing capacity early",
    "fixed operation": "yearly cost of having capacity",
    "operation": "variable cost of running processes",
    "impact": "priced impacts such as power, water, carbon",
    "purchase": "materials bought",
    "freight": "moving materials",
    "duty": "customs duty by value",
    "lane": "opening and keeping lanes",
    "signing": "one-off cost of signing a route",
    "route": "yearly and per-tonne route fees, royalties included",
    "toll": "fee for tolled material",
    "partner": "what partners pay for their share of output (negative)",
    "shortfall": "missed take-or-pay minima of purchases, routes and supply duties",
    "storage": "keeping stocks",
    "collection": "collecting end-of-life material",
    "disposal": "getting rid of material",
    "shortage": "demand not met",
    "limit penalty": "exceeding limits that carry a penalty",
    "sale": "by-products and exports sold (negative)",
    "incentive": "production-linked incentives received (negative)",
}

# ---------------------------------------------------------------- limit metrics and the filters each understands

_SITE = ("country", "location", "facility", "owner", "stage")
METRICS: dict[str, tuple[str, tuple[str, ...], str]] = {
    # metric: (unit, filters it understands, meaning)
    "activity": ("t/y", (*_SITE, "process", "route"), "tonnes of process activity"),
    "output": ("t/y", (*_SITE, "process", "route", "material"), "tonnes of material produced by processes"),
    "input": ("t/y", (*_SITE, "process", "route", "material"), "tonnes of material consumed by processes"),
    "impact": ("impact unit/y", (*_SITE, "process", "route", "impact"), "impact caused by processes"),
    "capacity": ("t/y", (*_SITE, "expansion"), "capacity available: existing (unless filtered by expansion) and added"),
    "previous capacity": (
        "t/y",
        (*_SITE, "expansion"),
        "capacity one period earlier; in the first period, the existing capacity",
    ),
    "added capacity": ("t/y", (*_SITE, "expansion"), "capacity decided in that year"),
    "builds": ("modules", (*_SITE, "expansion"), "modules decided in that year"),
    "signings": ("contracts", ("country", "route"), "routes signed in that year"),
    "quantity": ("t/y", ("country", "route"), "tonnes handled under a route"),
    "bought": (
        "t/y",
        ("country", "location", "material", "supply", "route"),
        "tonnes bought; country is the country of origin",
    ),
    "sold": ("t/y", ("country", "location", "material", "sale"), "tonnes sold"),
    "shipped": (
        "t/y",
        ("lane", "material", "country", "location"),
        "tonnes loaded on lanes; country and location are the destination's",
    ),
    "tolled": ("t/y", ("country", "toll", "route", "material"), "tonnes sent for tolling; material is the one sent"),
    "returned": ("t/y", ("country", "toll", "route", "material"), "tonnes back from tolling; material is the one back"),
    "stored": ("t", ("country", "location", "material", "stock"), "tonnes in stock at the end of the period"),
    "disposed": ("t/y", ("country", "location", "material"), "tonnes disposed of"),
    "delivered": ("t/y", ("country", "location", "material", "demand", "segment"), "tonnes of demand met"),
    "free delivered": (
        "t/y",
        ("country", "location", "material", "demand", "segment"),
        "tonnes of demand met free of the exposed country from mine to magnet; a limit can only ask for more of them",
    ),
    "short": ("t/y", ("country", "location", "material", "demand", "segment"), "tonnes of demand not met"),
    "exposure": (
        "t element/y",
        ("country", "stage", "element"),
        "element tonnes whose stage is done in, or under control of, the country",
    ),
    "share": (
        "fraction",
        ("country", "stage", "element"),
        "exposure divided by the element content of the year's demand",
    ),
    "index": (
        "fraction",
        ("country",),
        "stage-weighted sum of shares; country: the exposed country of the settings unless named",
    ),
    "capital": (
        "money/y",
        (*_SITE, "expansion"),
        "capital spent in that year (cash, our share, before subsidy), whatever the charging rule",
    ),
    "subsidy": ("money", (*_SITE, "expansion"), "capital subsidy granted on builds decided in that year"),
    "cost": ("money/y", ("item",), "undiscounted cost charged in that year, all items or one"),
}
FILTER_REFS: dict[str, str] = {
    "location": "locations",
    "facility": "facilities",
    "stage": "stages",
    "process": "processes",
    "material": "materials",
    "element": "elements",
    "expansion": "expansions",
    "route": "routes",
    "supply": "supplies",
    "sale": "sales",
    "demand": "demands",
    "lane": "lanes",
    "stock": "stocks",
    "toll": "tolls",
    "impact": "impacts",
}
FILTERS: tuple[str, ...] = (
    "country",
    "location",
    "facility",
    "owner",
    "process",
    "stage",
    "material",
    "element",
    "expansion",
    "supply",
    "sale",
    "demand",
    "segment",
    "lane",
    "stock",
    "route",
    "toll",
    "impact",
    "item",
)


def _filter_column(name: str) -> Column:
    help = f"Only this {name} is counted."
    if name == "item":
        return Column(name, "choice", help, blank="all", choices=tuple(COST_ITEMS))
    if name in FILTER_REFS:
        return _ref(name, FILTER_REFS[name], help, default=None, blank="all")
    return Column(name, "text", help, blank="all")


# What a disruption changes.
_CHANGE = (
    Column("table", "text", "Sheet changed.", default=REQUIRED),
    Column("where", "text", "Rows changed: column = value, several joined by ';'.", blank="all rows"),
    Column("column", "text", "Number column changed.", default=REQUIRED),
    _choice("operation", ("multiply", "add", "set"), "How."),
    _num("value", "as the column", "By how much.", REQUIRED, low=None),
)

# How an uncertain number is spread, and what moves with it. The same for single numbers and for assumptions.
DISTRIBUTIONS = ("triangular", "uniform", "normal", "lognormal", "fixed")
_SPREAD = (
    _choice(
        "distribution",
        DISTRIBUTIONS,
        "How samples are drawn. 'triangular': between low and high, most often near the case's number; 'uniform': "
        "anywhere between low and high alike; 'normal', 'lognormal': low and high are what one sample in twenty falls "
        "below and one in twenty rises above, half of all lie on each side of the case's number; 'fixed': not varied.",
        "triangular",
    ),
    Column("group", "text", "Numbers of one group move together.", blank="moves by itself"),
    _num(
        "correlation",
        "",
        "How closely it follows its group: 1 wholly, 0 not at all, -1 wholly the other way (high when the group is low).",
        1.0,
        low=-1.0,
        high=1.0,
    ),
)

# Kinds of studies that a row of the table studies can ask for, verbs of the command line, and the columns each reads.
STUDY_KINDS: dict[str, tuple[str, ...]] = {
    "sensitivity": ("vary", "top", "measure", "gap", "seed"),
    "sweep": ("vary", "measure", "scenario", "gap", "seed"),
    "montecarlo": ("vary", "samples", "design", "scenario", "gap", "seed"),
    "frontier": ("measure", "scenario", "gap", "seed"),
    "stress": ("gap", "seed"),
    "switching": ("vary", "gap", "seed"),
    "alternatives": ("scenario", "gap", "seed"),
    "options": ("scenario", "gap", "seed"),
}
STUDY_DESIGNS = ("lhs", "sobol", "random")

ROUTE_KINDS = ("tolling", "joint venture", "foreign plant", "technology licence", "offtake", "equity", "import")

# ---------------------------------------------------------------- the tables, in the order that tells the story

_TABLES: tuple[Table, ...] = (
    _table(
        "periods",
        "period",
        "The planning years. Flows are tonnes a year; a period of several years repeats them. A period takes the "
        "value its first year has in yearly columns.",
        Column("period", "year", "First year of the period; also its name.", "year", REQUIRED, low=1900, high=2200),
        Column("years", "whole", "Length.", "years", 1, low=1, high=50),
        _num(
            "weight",
            "years",
            "Discounted length: what a yearly cost of 1 in the period counts in the objective.",
            blank="sum over its years y of (1 + discount_rate)^-(y - base_year)",
        ),
        required=True,
    ),
    _table(
        "stages",
        "stage",
        "The steps of the chain, in order, with their weight in the dependence index. Weights of all stages add "
        "to 1, or are all 0 (no index).",
        _name("stage", "Name of the stage."),
        Column("order", "whole", "Position in the chain.", "", REQUIRED, low=0, high=1000),
        _share("weight", "Weight of the stage in the dependence index.", 0.0),
        Column(
            "custody",
            "yes/no",
            "Work of this stage must be outside the exposed country, and not under its control, for a tonne to count "
            "as free of it.",
            default=True,
        ),
    ),
    _table(
        "elements",
        "element",
        "The tracked elements: dependence is measured on tonnes of these.",
        _name("element", "Name, e.g. NdPr."),
        _num("weight", "", "Weight of a tonne of the element when elements are added up.", 1.0),
    ),
    _table(
        "locations",
        "location",
        "Mines, ports, plant towns, markets.",
        _name("location", "Name of the place."),
        _name("country", "Country it lies in."),
        _num("latitude", "degrees", "For the map.", low=-90, high=90, blank="not on the map"),
        _num("longitude", "degrees", "For the map.", low=-180, high=180, blank="not on the map"),
        required=True,
    ),
    _table(
        "materials",
        "material",
        "Everything mined, made, moved or sold.",
        _name("material", "Name."),
        _ref("stage", "stages", "The stage that makes it.", default=None, blank="outside the chain"),
        _num(
            "value",
            "money/t",
            "Value for customs duty and royalties, and of what a partner keeps.",
            yearly=True,
            blank="no value: a duty or royalty on it is an error",
        ),
        _num("disposal_cost", "money/t", "Cost of getting rid of it.", yearly=True, blank="must not be disposed of"),
        required=True,
    ),
    _table(
        "contents",
        "material element",
        "Tracked element content of materials.",
        _ref("material", "materials", "Material."),
        _ref("element", "elements", "Element."),
        _num("content", "t element/t", "Tonnes of element in a tonne of material.", REQUIRED, high=1.0),
    ),
    _table(
        "processes",
        "process",
        "Recipes: what one tonne of activity consumes and makes.",
        _name("process", "Name of the recipe."),
        _ref("stage", "stages", "Stage it performs.", default=None, blank="outside the chain"),
    ),
    _table(
        "recipes",
        "process material direction",
        "Inputs and outputs of processes.",
        _ref("process", "processes", "Process."),
        _ref("material", "materials", "Material consumed or made."),
        _choice("direction", ("input", "output"), "Consumed or made."),
        _num("quantity", "t/t activity", "Tonnes per tonne of activity.", REQUIRED, yearly=True),
    ),
    _table(
        "impacts",
        "impact",
        "Impacts followed: water, power, acid, CO2, thorium residue ...",
        _name("impact", "Name of the impact."),
        Column("unit", "text", "Its unit, for display.", default=REQUIRED),
        _num("cost", "money/unit", "Price of a unit of it.", 0.0, yearly=True, low=None),
    ),
    _table(
        "intensities",
        "process facility impact",
        "Impacts per tonne of activity.",
        _ref("process", "processes", "Process."),
        _ref(
            "facility",
            "facilities",
            "Only at this facility; such a row replaces the general one there.",
            default=None,
            blank="wherever the process runs",
        ),
        _ref("impact", "impacts", "Impact."),
        _num("quantity", "unit/t activity", "Units of impact per tonne of activity.", REQUIRED, low=None, yearly=True),
    ),
    _table(
        "facilities",
        "facility",
        "Mines and plants, existing or possible.",
        _name("facility", "Name."),
        _ref("location", "locations", "Where it is."),
        Column("owner", "text", "Who owns it.", default=""),
        _num("capacity", "t/y", "Existing capacity; 0 where nothing stands yet.", REQUIRED, yearly=True),
        _share("availability", "Share of capacity (existing and added) that can be used.", 1.0, yearly=True),
        _share("min_load", "Least use as a share of available capacity.", 0.0),
        _choice(
            "min_load_rule",
            ("when used", "always"),
            "'when used': the facility may stand still for a year; 'always': it may not.",
            "when used",
        ),
        _num("fixed_cost", "money per t/y, per year", "Yearly cost of existing capacity.", 0.0, yearly=True),
        _num("reserve", "t activity", "Most activity over the whole horizon (mine reserve).", blank="no bound"),
        _share(
            "china_share",
            "Share under control of the exposed country.",
            yearly=True,
            blank="1 in the exposed country, else 0",
        ),
        _ref(
            "route",
            "routes",
            "The contract the facility belongs to: it runs and is built only while that route is "
            "active, on the route's terms (capital_share, cost_share, output_share).",
            default=None,
            blank="our own",
        ),
        Column(
            "can_retire",
            "yes/no",
            "Existing capacity may be closed early, for good, saving its fixed cost.",
            default=False,
        ),
        _num("retirement_cost", "money per t/y", "Cost of closing existing capacity.", 0.0),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "operations",
        "facility process",
        "Which processes a facility may run. Several share its capacity.",
        _ref("facility", "facilities", "Facility."),
        _ref("process", "processes", "Process."),
        _num("usage", "t/y capacity per t/y activity", "Capacity used by a tonne of activity.", 1.0),
        _num("cost", "money/t activity", "Variable cost.", 0.0, yearly=True, low=None),
        _num(
            "limit", "t/y activity", "Most activity of this process here.", yearly=True, blank="no bound but capacity"
        ),
        _ref(
            "route",
            "routes",
            "The licence it needs: runs only when that route is active and its transfer years have passed.",
            default=None,
            blank="none",
        ),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "expansions",
        "expansion",
        "Ways to add capacity to a facility.",
        _name("expansion", "Name."),
        _ref("facility", "facilities", "Facility that grows."),
        _choice(
            "sizing",
            ("all-or-nothing", "modular", "range", "continuous"),
            "'all-or-nothing': max_size, once; 'modular': whole modules of max_size, up to max_modules over the "
            "horizon; 'range': once, any size from min_size to max_size; 'continuous': any sizes in any years, "
            "max_size in all, without fixed costs, group or min_size.",
        ),
        _num("min_size", "t/y", "Least size, for 'range' only.", 0.0),
        _num("max_size", "t/y", "Size of a module, or greatest size.", REQUIRED),
        Column(
            "max_modules",
            "whole",
            "Most modules over the horizon, for 'modular' only.",
            "modules",
            1,
            low=1,
            high=10000,
        ),
        _num("fixed_cost", "money/module", "Capital cost per module whatever its size.", 0.0, yearly=True),
        _num(
            "unit_cost",
            "money per t/y",
            "Capital cost per t/y of size, on top; rows in expansion_costs replace it.",
            0.0,
            yearly=True,
        ),
        _num(
            "running_cost",
            "money per t/y, per year",
            "Yearly cost of the added capacity once available.",
            0.0,
            yearly=True,
        ),
        _num(
            "running_fixed_cost", "money/module, per year", "Yearly cost per module once available.", 0.0, yearly=True
        ),
        _num("lead_time", "years", "From decision to first capacity.", 0.0),
        _ref("ramp", "ramps", "Ramp-up by age.", default=None, blank="full at once"),
        _num(
            "life",
            "years",
            "Years of service after the lead time; capacity then ends.",
            blank="to the end of the horizon; not allowed when capital is charged as annuity",
        ),
        _num("interest", "fraction per year", "Interest rate of the annuity.", high=1.0, blank="the discount rate"),
        _ref(
            "spending",
            "spending",
            "Profile of payments over years.",
            default=None,
            blank="all at the decision (cash) or at first capacity (annuity)",
        ),
        _share("subsidy", "Share of our capital cost paid by the state.", 0.0),
        _num("subsidy_cap", "money", "Most subsidy for the expansion over the horizon.", blank="no cap"),
        _ref(
            "route",
            "routes",
            "Can only be decided once this route has been active for its transfer years.",
            default=None,
            blank="none",
        ),
        _ref(
            "needs",
            "expansions",
            "Expansion that must be decided in the same year or earlier.",
            default=None,
            blank="none",
        ),
        _ref("group", "groups", "Group of choices it belongs to.", default=None, blank="none"),
        Column("first_year", "year", "First year in which it may be decided.", "year", blank="from the first period"),
        Column("last_year", "year", "Last year in which it may be decided.", "year", blank="to the last period"),
        ACTIVE,
    ),
    _table(
        "expansion_costs",
        "expansion size",
        "Capital cost by size: points of a piecewise-linear curve (economies of scale). Between points the cost is a "
        "straight line; fixed_cost comes on top. The first point must be size 0, cost 0; the last size is max_size.",
        _ref("expansion", "expansions", "Expansion (sizing 'range')."),
        _num("size", "t/y", "Size.", REQUIRED),
        _num("cost", "money", "Capital cost at that size.", REQUIRED),
    ),
    _table(
        "ramps",
        "ramp age",
        "Share of capacity available by age; the last given age holds.",
        _name("ramp", "Name of the ramp."),
        Column("age", "whole", "Full years since first capacity.", "years", REQUIRED, low=0, high=100),
        _share("share", "Share of capacity available.", REQUIRED),
    ),
    _table(
        "spending",
        "profile offset",
        "Share of capital spent by year after the decision; shares of a profile add to 1.",
        _name("profile", "Name of the profile."),
        Column("offset", "whole", "Years after the decision.", "years", REQUIRED, low=0, high=100),
        _share("share", "Share spent.", REQUIRED),
    ),
    _table(
        "groups",
        "group",
        "At-least, at-most or exactly-so-many choices among expansions and routes, over the horizon.",
        _name("group", "Name of the group."),
        Column("minimum", "whole", "Least number of builds and signings.", "", 0, low=0, high=10000),
        Column("maximum", "whole", "Most builds and signings.", "", blank="no bound", low=0, high=10000),
    ),
    _table(
        "lanes",
        "lane",
        "Permitted movements between two locations. What may move on a lane, and at what cost, is in freight.",
        _name("lane", "Name."),
        _ref("origin", "locations", "From."),
        _ref("destination", "locations", "To."),
        Column("mode", "text", "Sea, rail, road, air.", default=""),
        _num("capacity", "t/y", "Over all materials together.", yearly=True, blank="no bound"),
        _num("minimum", "t/y", "Least load in a year in which the lane is used.", 0.0, yearly=True),
        _num("opening_cost", "money", "Paid once, in the year the lane is opened; it stays open.", 0.0, yearly=True),
        _num("yearly_cost", "money/y", "Paid in every year in which the lane is used.", 0.0, yearly=True),
        _ref("route", "routes", "Can be used only while this route is active.", default=None, blank="none"),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "freight",
        "lane material",
        "Materials a lane may carry.",
        _ref("lane", "lanes", "Lane."),
        _ref("material", "materials", "Material."),
        _num("cost", "money/t", "Freight per tonne loaded.", REQUIRED, yearly=True, low=None),
        _num("duty", "fraction of value", "Customs duty on the material's value, per tonne loaded.", 0.0, yearly=True),
        _share("loss", "Share lost on the way.", 0.0),
        _num("capacity", "t/y", "For this material alone.", yearly=True, blank="no bound but the lane's"),
    ),
    _table(
        "supplies",
        "supply",
        "Purchase offers. Several tiers are several rows.",
        _name("supply", "Name of the offer."),
        _ref("material", "materials", "Material offered."),
        _ref("location", "locations", "Where it is handed over."),
        Column("origin", "text", "Country where it was made.", blank="the country of the location"),
        _num("price", "money/t", "Price.", REQUIRED, yearly=True, low=None),
        _num("limit", "t/y", "Most that can be bought.", yearly=True, blank="no bound"),
        _num(
            "minimum",
            "t/y",
            "Least that must be bought (take-or-pay), once its route is active if it has one.",
            0.0,
            yearly=True,
        ),
        _num(
            "shortfall_cost",
            "money/t",
            "Paid per tonne below the minimum.",
            yearly=True,
            blank="the minimum must be bought",
        ),
        _num("total", "t", "Most over the whole horizon.", blank="no bound"),
        _ref(
            "after",
            "supplies",
            "Opens, year by year, only when that offer is bought up to its limit (quantity discounts).",
            default=None,
            blank="always open",
        ),
        _ref("route", "routes", "Open only while this route is active.", default=None, blank="none"),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "sales",
        "sale",
        "Outlets for by-products and exports.",
        _name("sale", "Name of the outlet."),
        _ref("material", "materials", "Material."),
        _ref("location", "locations", "Where it is sold."),
        _num("price", "money/t", "Price received.", REQUIRED, yearly=True, low=None),
        _num("limit", "t/y", "Most that can be sold.", yearly=True, blank="no bound"),
        _num("minimum", "t/y", "Least that must be sold.", 0.0, yearly=True),
        _num("total", "t", "Most over the whole horizon.", blank="no bound"),
        _ref(
            "after",
            "sales",
            "Opens, year by year, only when that outlet is sold up to its limit.",
            default=None,
            blank="always open",
        ),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "demands",
        "demand",
        "Needs of the segments.",
        _name("demand", "Name."),
        Column("segment", "text", "EV, wind, industrial, electronics, defence ...", default=""),
        _ref("material", "materials", "Material needed."),
        _ref("location", "locations", "Where it is needed."),
        _num("quantity", "t/y", "Tonnes needed a year.", REQUIRED, yearly=True),
        _num(
            "growth",
            "fraction per year",
            "Yearly growth from the base year of a quantity given as one value.",
            0.0,
            low=-0.9,
            high=2.0,
        ),
        _num("penalty", "money/t", "Cost of a tonne not delivered.", yearly=True, blank="must be met in full"),
        _share("min_service", "Least share that must be delivered.", 0.0, yearly=True),
        _share(
            "min_free",
            "Least share of what is delivered that must be free of the exposed country from mine to magnet.",
            0.0,
            yearly=True,
        ),
        Column(
            "reserved",
            "yes/no",
            "Atomic energy and defence: served before the market. With a blank penalty it "
            "must be met; with a penalty, that must exceed every market penalty for the material.",
            default=False,
        ),
        ACTIVE,
    ),
    _table(
        "stocks",
        "stock",
        "Storage, strategic reserves included. No row, no stock.",
        _name("stock", "Name."),
        _ref("material", "materials", "Material stored."),
        _ref("location", "locations", "Where."),
        _num("capacity", "t", "Most in stock at the end of a period.", yearly=True, blank="no bound"),
        _num("minimum", "t", "Least in stock at the end of a period (reserve).", 0.0, yearly=True),
        _num("initial", "t", "In stock before the first period.", 0.0),
        _share("initial_free", "Share of that known to be free of the exposed country from the mine on.", 0.0),
        _num("final", "t", "Least in stock at the end of the horizon.", blank="no bound but the minimum"),
        _num("cost", "money/t per year", "Cost of keeping the closing stock of a period.", 0.0, yearly=True),
        _share("loss", "Share of the stock lost per year of keeping.", 0.0),
        ACTIVE,
    ),
    _table(
        "returns",
        "return",
        "End-of-life material coming back from earlier deliveries.",
        _name("return", "Name."),
        _ref("delivered", "materials", "Material once delivered."),
        Column("segment", "text", "Only deliveries to this segment.", blank="all segments"),
        _ref("material", "materials", "Material coming back."),
        _ref("location", "locations", "Where it can be collected."),
        _num("share", "t/t", "Tonnes that can be collected per tonne delivered.", REQUIRED),
        _num("lag", "years", "Years between delivery and return.", REQUIRED),
        _num("base", "t/y", "Tonnes that can be collected from deliveries before the horizon.", 0.0, yearly=True),
        _num("cost", "money/t", "Cost of collecting.", 0.0, yearly=True),
        Column("free", "yes/no", "What is collected counts as free of the exposed country.", default=True),
        ACTIVE,
    ),
    _table(
        "routes",
        "route",
        "Partnership contracts. Signed in a year or not at all; active from signing + lead_time for duration years. "
        "The route's quantity is the capacity used (usage x activity) by its facilities and licensed operations, plus "
        "what is bought from its supplies, plus what is sent to its tolls.",
        _name("route", "Name."),
        _choice("kind", ROUTE_KINDS, "Kind of partnership."),
        Column("partner", "text", "With whom.", default=""),
        Column("country", "text", "The partner's country.", default=REQUIRED),
        Column("first_year", "year", "First year in which it may be signed.", "year", blank="from the first period"),
        Column("last_year", "year", "Last year in which it may be signed.", "year", blank="to the last period"),
        Column("must_sign", "yes/no", "It must be signed (an existing or agreed contract).", default=False),
        _num("lead_time", "years", "From signing to active: board, government-to-government, set-up.", 0.0),
        _num("duration", "years", "Years it stays active.", blank="to the end of the horizon"),
        _num("transfer_years", "years", "Active years before it unlocks expansions and licensed operations.", 0.0),
        _num("signing_cost", "money", "Paid once, on signing.", 0.0, yearly=True),
        _num("yearly_cost", "money/y", "Paid while active.", 0.0, yearly=True),
        _num("unit_cost", "money/t", "Paid per tonne of quantity.", 0.0, yearly=True, low=None),
        _num(
            "royalty",
            "fraction of value",
            "Of the value of what its facilities and licensed operations make (outputs of the process's own stage).",
            0.0,
            yearly=True,
        ),
        _share("capital_share", "Partner's share of the capital of the route's facilities.", 0.0),
        _share(
            "cost_share",
            "Partner's share of the operating costs (fixed, variable, impact) of the route's facilities.",
            0.0,
        ),
        _share(
            "output_share",
            "Partner's share of the output (products of the process's own stage) of the route's facilities.",
            0.0,
        ),
        _num("output_price", "money/t", "What the partner pays per tonne of its output share.", 0.0, yearly=True),
        _num("partner_cost", "money/t", "The partner's own cost per tonne of quantity.", 0.0, yearly=True),
        _num(
            "hurdle_rate",
            "fraction per year",
            "Rate at which the partner discounts its side of the route.",
            high=1.0,
            blank="the discount rate of the case",
        ),
        Column(
            "clears_hurdle",
            "yes/no",
            "If signed, the route must give its partner a net present value of 0 or more at its hurdle rate.",
            default=False,
        ),
        _num("minimum", "t/y", "Least quantity while active (take-or-pay).", 0.0, yearly=True),
        _num("maximum", "t/y", "Most quantity while active.", yearly=True, blank="no bound"),
        _num(
            "shortfall_cost",
            "money/t",
            "Paid per tonne of quantity below the minimum, after credit.",
            yearly=True,
            blank="the minimum must be met",
        ),
        _num(
            "credit_rate",
            "t/t",
            "Make-up credit banked per tonne above the minimum; credit covers later shortfalls.",
            0.0,
            high=1.0,
        ),
        _num("credit_cap", "t", "Most credit that can be held at a time.", blank="no cap"),
        _num(
            "credit_years",
            "years",
            "Years a credit lives: banked in year y it can be used to year y + this.",
            blank="to the end of the horizon",
        ),
        _ref(
            "supply_material",
            "materials",
            "Material we must supply to the route's facilities.",
            default=None,
            blank="no supply duty",
        ),
        _num(
            "supply_minimum",
            "t/y",
            "Least tonnes of it the facilities must receive from us while active.",
            0.0,
            yearly=True,
        ),
        _num(
            "supply_shortfall_cost",
            "money/t",
            "Paid per tonne below it.",
            yearly=True,
            blank="the supply duty must be met",
        ),
        _ref("needs", "routes", "Route that must be signed in the same year or earlier.", default=None, blank="none"),
        _ref("group", "groups", "Group of choices it belongs to.", default=None, blank="none"),
        ACTIVE,
    ),
    _table(
        "tolls",
        "toll",
        "Oxide out, magnet back: what a tolling route takes and returns. Nothing else may return.",
        _name("toll", "Name."),
        _ref("route", "routes", "The contract."),
        _ref("sent", "materials", "Material sent out."),
        _ref("origin", "locations", "Where it is handed over."),
        _ref("returned", "materials", "Material that comes back."),
        _ref("destination", "locations", "Where it is handed back."),
        Column("country", "text", "Country in which the partner works on it.", blank="the route's country"),
        _num("yield", "t/t", "Tonnes made per tonne sent, before the partner's share.", REQUIRED),
        _share("partner_share", "Share of what is made that the partner keeps.", 0.0),
        _num("lag", "years", "From sending to return.", 0.0),
        _num(
            "capacity",
            "t/y sent",
            "Most that can be sent.",
            yearly=True,
            blank="the route's maximum, which is then needed",
        ),
        _num("fee", "money/t sent", "Fee per tonne sent.", 0.0, yearly=True),
        _num(
            "partner_cost",
            "money/t sent",
            "The partner's own cost of working a tonne, the materials it adds included.",
            0.0,
            yearly=True,
        ),
        _ref("swarf", "materials", "Scrap the work leaves.", default=None, blank="no swarf"),
        _num("swarf_yield", "t/t", "Tonnes of swarf per tonne sent.", 0.0),
        _share("swarf_share", "Our share of the swarf; it comes back with the product.", 1.0),
        ACTIVE,
    ),
    _table(
        "embedded",
        "supply toll stage element country",
        "Where the work inside a purchase or a tolled return was done, as a share of its element content. Without "
        "rows a purchase counts its origin at every stage up to its own, a toll its country at the stages after the "
        "sent material's up to the returned one's. Rows for a stage replace that; what they leave up to 1 stays with "
        "the origin or toll country where that default would have applied.",
        _ref("supply", "supplies", "The purchase (or name a toll).", default=None, blank="a toll is named"),
        _ref("toll", "tolls", "The toll (or name a supply).", default=None, blank="a supply is named"),
        _ref("stage", "stages", "Stage."),
        _ref("element", "elements", "Only this element; goes before rows for all.", default=None, blank="all elements"),
        _name("country", "Country that did the work or controls it."),
        _share("share", "Share of the element content.", REQUIRED, yearly=True),
    ),
    _table(
        "incentives",
        "incentive",
        "Production-linked incentives: money per tonne of activity in the filter.",
        _name("incentive", "Name."),
        _ref("facility", "facilities", "Only this facility.", default=None, blank="all"),
        Column("country", "text", "Only facilities in this country.", blank="all"),
        _ref("process", "processes", "Only this process.", default=None, blank="all"),
        _ref("stage", "stages", "Only processes of this stage.", default=None, blank="all"),
        _num("rate", "money/t activity", "Money received per tonne.", REQUIRED, yearly=True),
        _num("limit", "t/y", "Most tonnes rewarded a year.", yearly=True, blank="no bound"),
        _num("total", "money", "Most money over the horizon.", blank="no bound"),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "limits",
        "limit",
        "Policy and physical bounds. The left side is the sum of the limit's rows in limit_terms.",
        _name("limit", "Name."),
        _choice("sense", ("at most", "at least", "equal"), "Which way it binds."),
        _num("value", "as the terms", "Right side.", REQUIRED, yearly=True, low=None),
        _choice(
            "scope",
            ("each year", "horizon"),
            "'each year': in every period; 'horizon': yearly amounts times "
            "length, summed over the limit's years, against the value (of the first of these years).",
            "each year",
        ),
        _num(
            "penalty",
            "money per unit",
            "Cost per unit (and year) of violation.",
            yearly=True,
            blank="must be respected",
        ),
        FIRST,
        LAST,
        ACTIVE,
    ),
    _table(
        "limit_terms",
        "limit metric " + " ".join(FILTERS),
        "What a limit adds up: coefficient times a metric over a filter. A negative coefficient makes shares: China's "
        "purchases at most 65 % of all is (1 x bought, country China) + (-0.65 x bought) at most 0.",
        _ref("limit", "limits", "Limit."),
        _choice("metric", tuple(METRICS), "What is counted."),
        _num("coefficient", "", "Factor.", 1.0, low=None),
        *(_filter_column(f) for f in FILTERS),
    ),
    _table(
        "cost_items",
        "item",
        "Switches: a cost item that is not included counts nothing in the objective.",
        _choice("item", tuple(COST_ITEMS), "Cost item."),
        Column("include", "yes/no", "Counted or not.", default=REQUIRED),
    ),
    _table(
        "scenarios",
        "scenario",
        "Possible futures. Without rows there is one: the case as it stands.",
        _name("scenario", "Name."),
        _share("probability", "Probability; all add to 1. 0: only for stress tests and to be included.", REQUIRED),
        Column(
            "includes", "text", "Scenarios whose changes it makes before its own, joined by ';'.", blank="none"
        ),
    ),
    _table(
        "disruptions",
        "scenario table where column first_year operation",
        "The changes a scenario makes to the tables. Within a scenario 'set' comes first, then 'multiply', then 'add'. "
        "What is decided before a future is known (signing years, sizes of expansions, subsidies) no scenario can change.",
        _ref("scenario", "scenarios", "Scenario."),
        *_CHANGE,
        Column("first_year", "year", "First year changed.", "year", blank="from the first period"),
        Column("last_year", "year", "Last year changed.", "year", blank="to the last period"),
    ),
    _table(
        "assumptions",
        "assumption table where column",
        "Numbers whose switching value is asked for: how far each must move before the first decisions change. A row is "
        "a change as in disruptions; the value is looked for between low and high. Rows of one name move together, and "
        "agree in operation, low, high, unit and distribution; the first of them says in which number the answer is given.",
        _name("assumption", "Name, as a planner would say it; the same in several rows moves them together."),
        Column("table", "text", "Sheet changed.", default=REQUIRED),
        Column("where", "text", "Rows changed: column = value, several joined by ';'.", blank="all rows"),
        Column("column", "text", "Number column changed.", default=REQUIRED),
        _choice("operation", ("multiply", "add"), "How the value acts on the column; the case as it stands is 1 or 0."),
        _num("low", "as the column", "Low end of the search.", REQUIRED, low=None),
        _num("high", "as the column", "High end of the search.", REQUIRED, low=None),
        Column("unit", "text", "How to read the value: 'times the price', 'years later' ...", default=""),
        *_SPREAD,
        _num(
            "factor",
            "",
            "How much of the move this row takes: it adds factor x value, or multiplies by 1 + factor x (value - 1). A "
            "magnet that holds 0.42 t of oxide takes 0.42 of what the oxide's price adds.",
            1.0,
            low=None,
        ),
        Column("first_year", "year", "First year changed.", "year", blank="from the first period"),
        Column("last_year", "year", "Last year changed.", "year", blank="to the last period"),
    ),
    Table(
        "studies",
        "Studies to run with the verb `study`: one row each. docs/studies-sheet.md says which columns a kind reads; the "
        "others are left blank. Studies change nothing in any plan.",
        ("study",),
        (
            _name("study", "Name; also of the file its results are written to."),
            _choice("kind", tuple(STUDY_KINDS), "Which study: the verb of the command line."),
            Column(
                "vary",
                "text",
                "sweep: what to vary, 'table.column[rows] = low:high:count', one or two joined by ';'. sensitivity, "
                "montecarlo, switching: names of ranges or assumptions joined by ';'.",
                blank="all ranges",
            ),
            Column("samples", "whole", "montecarlo: worlds to draw.", blank="1000", low=2),
            Column("top", "whole", "sensitivity: ranges solved in full, as --top.", blank="as the verb", low=0),
            Column("design", "choice", "montecarlo: how worlds are drawn.", blank="lhs", choices=STUDY_DESIGNS),
            Column(
                "measure",
                "text",
                "frontier: the measure held below level after level. sensitivity, sweep: measures told beside cost and the "
                "index, joined by ';'.",
                blank="as the verb",
            ),
            _ref("scenario", "scenarios", "As if this scenario were certain.", None, "the tables as they stand"),
            _num("gap", "fraction", "Relative gap at which each solve may stop.", blank="as the verb"),
            Column("seed", "whole", "Seed of the draws and of the solver.", blank="0", low=0),
            NOTE,
            ACTIVE,
        ),
    ),
    Table(
        "sources",
        "Where the numbers come from.",
        ("source",),
        (
            _name("source", "Id used in the source columns."),
            Column("title", "text", "Title.", default=REQUIRED),
            Column("url", "text", "Address.", default=""),
            Column("year", "year", "Year of the source.", "year", blank="undated", low=1900, high=2200),
            NOTE,
        ),
    ),
    Table(
        "evidence",
        "Number by number: range, source and how sure. 'estimate' confidence means reasoned, not sourced; the note "
        "holds the reasoning. A range may also stand beside its number, in the number's own sheet, in columns such as "
        "'price low', 'price high' (for a year 'price 2027 low'), 'price distribution' and 'price confidence'; source "
        "and note are then those of the row, and a blank confidence is 'estimate'.",
        ("table", "row", "column"),
        (
            Column("table", "text", "Sheet of the number.", default=REQUIRED),
            Column("row", "text", "Key of its row; several key columns are joined by ', '.", default=REQUIRED),
            Column("column", "text", "Its column (with the year, if yearly).", default=REQUIRED),
            _num("low", "as the column", "Low end of the range.", low=None, blank="no range"),
            _num("high", "as the column", "High end of the range.", low=None, blank="no range"),
            *_SPREAD,
            _choice("confidence", ("high", "medium", "low", "estimate"), "How sure."),
            SOURCE,
            NOTE,
        ),
    ),
)

TABLES: dict[str, Table] = {t.name: t for t in _TABLES}


def split_header(header: str) -> tuple[str, int | None]:
    """The column and year a header names: 'price 2027' -> ('price', 2027); 'price' -> ('price', None)."""
    head, _, tail = header.rpartition(" ")
    if head and len(tail) == 4 and tail.isascii() and tail.isdigit():
        return head, int(tail)
    return header, None
