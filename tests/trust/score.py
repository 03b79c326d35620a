"""How many faults of each kind are caught, and where. `python -m tests.trust.score [TIMES] [WORDS]` writes docs/trust.md.

TIMES: faults of a kind for each case and kind of file. WORDS: only kinds whose name has them; the table keeps the others.

Each fault is put into a sound case, the file is written, read and checked as the command `check` does, and what is said
is set beside what had to be said. Nothing is solved.
"""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
from magnet_sourcing import Case, CaseError
from magnet_sourcing.problems import Problem
from magnet_sourcing.studies.sheet.asking import study_problems

from . import catalogue_cells, catalogue_sense, catalogue_sheets  # noqa: F401  they enter their kinds
from .books import Book, books
from .faults import KINDS, SHOWN, Kind, Spoilt

OUTCOMES = ("right cell", "elsewhere", "warned", "harmless", "like others", "missed")
SECONDS, SEED = 120, 1
KEPT = Path(__file__).with_name("score.json")
PAGE = Path(__file__).parents[2] / "docs" / "trust.md"
MARKS = ("<!-- faults -->", "<!-- end of faults -->")


@dataclass
class Score:
    """What became of the faults of a kind, and what was said of those that were missed or caught elsewhere."""

    counts: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Base:
    """A sound case, as a file of one kind, and what is said of it unspoilt."""

    book: Book
    said: frozenset[tuple[str, str, str]]
    content: dict[str, Any]


# ---------------------------------------------------------------- reading as `check` does


@contextmanager
def alarm(seconds: int) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError(f"still reading after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def look(path: Path) -> tuple[list[Problem], dict[str, Any] | None]:
    """Problems as `check` names them, and what the case holds if it has no errors."""
    try:
        case = Case.read(path)
    except CaseError as reason:
        return reason.problems, None
    problems = case.check()
    if any(p.severity == "error" for p in problems):
        return problems, None
    problems += study_problems(case)
    if any(p.severity == "error" for p in problems):
        return problems, None
    return problems, content_of(case)


def content_of(case: Case) -> dict[str, Any]:
    """Everything a plan is made of: rows as the model receives them, without texts that are only shown."""
    hidden = {("settings", n) for s, n in SHOWN if s == "settings"}
    held: dict[str, Any] = {}
    for name, rows in case.resolved().items():
        if name == "sources":
            continue
        left_out = {"note", "source"} | {n for s, n in SHOWN if s == name}
        held[name] = {row.key: {c: v for c, v in row.items() if c not in left_out} for row in rows}
    held["settings"] = {n: v for n, v in case.settings.items() if ("settings", n) not in hidden}
    return held


def bases(cases: Mapping[str, Case], folder: Path) -> list[Base]:
    made = []
    for name, case in cases.items():
        for book in books(name, case, folder):
            (folder / "sound").mkdir(exist_ok=True)
            problems, content = look(book.spoilable().write(folder / "sound"))
            assert content is not None, [str(p) for p in problems]
            made.append(Base(book, frozenset(_said(p) for p in problems), content))
    return made


def _said(p: Problem) -> tuple[str, str, str]:
    return p.sheet, p.severity, p.message


# ---------------------------------------------------------------- judging


def judge(spoilt: Spoilt, base: Base, path: Path) -> tuple[str, list[Problem]]:
    """What became of a fault, and what was said that was not said before."""
    with alarm(SECONDS), warnings.catch_warnings():
        warnings.simplefilter("error")
        problems, content = look(path)
    new = [p for p in problems if _said(p) not in base.said]
    errors = [p for p in new if p.severity == "error"]
    if any(_right(p, spoilt) for p in errors):
        return "right cell", new
    if any(_right(p, spoilt) for p in new):
        return "warned", new
    if errors:
        return "elsewhere", new
    if content == base.content:
        return "harmless", new
    return ("like others" if spoilt.plausible else "missed"), new


def _right(p: Problem, spoilt: Spoilt) -> bool:
    places = {(p.sheet, p.cell), (p.file, p.cell)} | ({(p.sheet, ""), (p.file, "")} if not p.cell else set())
    return bool(places & spoilt.places) and (not spoilt.says or any(words in p.message for words in spoilt.says))


def try_out(kind: Kind, base: Base, rng: Random, folder: Path) -> tuple[str, str] | None:
    """Puts one fault of the kind into a case; outcome and a line that tells of it. None if the case cannot have it."""
    book = base.book.spoilable()
    spoilt = kind.fault(book, rng)
    if spoilt is None:
        return None
    path = book.write(folder)
    try:
        outcome, new = judge(spoilt, base, path)
    except Exception as reason:  # a traceback is the worst a fault can bring
        return "missed", f"{book.name} {book.kind}: {spoilt.what} -> CRASH {_whence(reason)}"
    told = "; ".join(f"{p.severity}: {p}" for p in new[:3]) or "nothing said"
    return outcome, f"{book.name} {book.kind}: {spoilt.what} -> {told}"


def _whence(reason: Exception) -> str:
    last = traceback.extract_tb(reason.__traceback__)[-1]
    return f"{type(reason).__name__}: {reason} ({Path(last.filename).name}:{last.lineno})"


def score(kind: Kind, all_bases: list[Base], times: Mapping[tuple[str, str], int], seed: int, folder: Path) -> Score:
    """Faults of a kind, so many times for each case and kind of file that can have it."""
    mine = Score()
    for base in all_bases:
        wanted = times.get((base.book.name, base.book.kind), 0) if base.book.kind in kind.files else 0
        rng = Random(f"{seed} {kind.name} {base.book.name} {base.book.kind}")
        for _ in range(3 * wanted):
            found = try_out(kind, base, rng, folder) if wanted else None
            if found is None:
                continue
            wanted -= 1
            mine.counts[found[0]] += 1
            if found[0] in ("missed", "elsewhere"):
                mine.told.append(f"{found[0]}: {kind.name}: {found[1]}")
    return mine


# ---------------------------------------------------------------- the cases


def cases() -> dict[str, Case]:
    published = Path(__file__).parents[1] / "published"
    return {
        "small": Case.small(),
        "crowded": crowded(),
        "farmer": Case.read(published / "farmer"),
        "mexss": Case.read(published / "gams_mexss"),
        "reference": Case.reference(),
    }


def crowded() -> Case:
    """The teaching case with rows in the tables it leaves empty."""
    case = Case.small()
    more: dict[str, list[dict[str, Any]]] = {
        "embedded": [
            {"supply": "Chinese magnets", "stage": "separation", "country": "China", "share": 0.9},
            {"supply": "Chinese magnets", "stage": "separation", "country": "Japan", "share": 0.1},
        ],
        "sources": [{"source": "survey 2026", "title": "A survey"}],
        "groups": [{"group": "one line", "minimum": 0, "maximum": 1}],
        "ramps": [{"ramp": "slow", "age": 0, "share": 0.5}, {"ramp": "slow", "age": 1, "share": 1}],
        "spending": [
            {"profile": "two years", "offset": 0, "share": 0.4},
            {"profile": "two years", "offset": 1, "share": 0.6},
        ],
        "impacts": [{"impact": "water", "unit": "m3", "cost": 2.0}],
        "stocks": [
            {
                "stock": "reserve",
                "material": "magnet",
                "location": "Visakhapatnam",
                "initial": 50,
                **{f"capacity {t}": 400 for t in range(2027, 2031)},
                "cost": 900,
            }
        ],
        "limits": [{"limit": "cap", "sense": "at most", "value": 5000}],
        "limit_terms": [{"limit": "cap", "metric": "bought", "material": "magnet"}],
        "cost_items": [{"item": "storage", "include": "yes"}],
        "expansions": [
            {
                "expansion": "wide line",
                "facility": str(case.tables["expansions"].loc[0, "facility"]),
                "sizing": "range",
                "min_size": 100,
                "max_size": 900,
                "fixed_cost": 1e6,
                "life": 20,
                "ramp": "slow",
                "spending": "two years",
                "group": "one line",
            }
        ],
        "expansion_costs": [
            {"expansion": "wide line", "size": 0, "cost": 0},
            {"expansion": "wide line", "size": 300, "cost": 9e6},
            {"expansion": "wide line", "size": 900, "cost": 2e7},
        ],
    }
    case.tables["intensities"] = pd.DataFrame(
        [{"process": case.rows("processes")[0].process, "impact": "water", "quantity": 3.0}], dtype=object
    )
    case.tables["demands"] = case.tables["demands"].assign(source="survey 2026").astype(object)
    for name, rows in more.items():
        frame = pd.concat(
            [case.tables[name].dropna(axis=1, how="all"), pd.DataFrame(rows, dtype=object)], ignore_index=True
        )
        case.tables[name] = frame.astype(object).where(frame.notna(), None)
    return case


# ---------------------------------------------------------------- the published table


def table(scores: Mapping[str, Score]) -> str:
    lines = [
        "| fault | times | at the cell | warned at the cell | elsewhere | harmless, proved | like others | missed |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    groups: dict[str, list[str]] = {}
    total: Counter[str] = Counter()
    for name, mine in scores.items():
        total += mine.counts
        groups.setdefault(KINDS[name].group, []).append(_row(name, mine.counts))
    for group, rows in groups.items():
        lines += [f"| **{group}** | | | | | | | |", *rows]
    return "\n".join([*lines, _row("**all**", total)])


def _row(name: str, counts: Counter[str]) -> str:
    shown = [counts[k] for k in ("right cell", "warned", "elsewhere", "harmless", "like others", "missed")]
    return f"| {name} | {counts.total():,} | " + " | ".join(f"{n:,}" if n else "" for n in shown) + " |"


_ready: list[Any] = []  # in a worker: the sound cases and its folder


def _begin() -> None:
    folder = tempfile.TemporaryDirectory()
    _ready[:] = [bases(cases(), Path(folder.name)), folder]


def _work(name: str, each: int) -> tuple[str, Score]:
    all_bases, folder = _ready
    times = {(b.book.name, b.book.kind): each for b in all_bases}
    times["reference", "xlsx"] = max(1, each // 4)  # a workbook of its size takes half a second
    return name, score(KINDS[name], all_bases, times, SEED, Path(folder.name))


def main() -> None:
    each, words = int([*sys.argv, "5"][1] if len(sys.argv) > 1 else 5), " ".join(sys.argv[2:])
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    with ProcessPoolExecutor(2, initializer=_begin) as pool:
        for done in as_completed([pool.submit(_work, name, each) for name in KINDS if words in name]):
            name, mine = done.result()
            kept[name] = dict(mine.counts)
            print(*mine.told, sep="\n", end="\n" if mine.told else "", flush=True)
    kept = {name: kept[name] for name in KINDS if name in kept}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    head, rest = PAGE.read_text(encoding="utf-8").split(MARKS[0])
    text = table({name: Score(Counter(counts)) for name, counts in kept.items()})
    PAGE.write_text(f"{head}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{rest.split(MARKS[1])[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
