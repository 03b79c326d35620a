"""What must hold for names: none that only looks like another. Rules as in `checks.py`.

A name that is a key of its own table is found missing where others refer to it. Countries, owners and segments have no
table: one that is written otherwise would quietly be another one.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .parsing import Record
from .schema import TABLES

if TYPE_CHECKING:
    from .checks import Content

# Letters of other alphabets that look like Latin ones.
_OTHERS = (
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"  # Cyrillic capitals
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf"  # Greek
)
_LATIN = "ABEKMHOPCTYXSIJaeopcyxsijABEZHIKMNOPTYXo"
_ALIKE = str.maketrans(_OTHERS, _LATIN)
# Below this length one letter more or less makes another word: Iran, Iraq.
_LONG = 5

# Texts that name something without a table of its own, by what they name.
_FREE = {
    "country": (
        ("locations", "country"), ("supplies", "origin"), ("routes", "country"), ("tolls", "country"),
        ("embedded", "country"), ("limit_terms", "country"), ("incentives", "country"),
    ),
    "owner": (("facilities", "owner"), ("limit_terms", "owner")),
    "segment": (("demands", "segment"), ("returns", "segment"), ("limit_terms", "segment")),
}  # fmt: skip


def other_alphabets(c: Content) -> None:
    """No word of a name mixes Latin letters with letters of another alphabet that look like them."""
    for r, column in _names(c):
        if r[column].isascii():
            continue
        odd = next((_odd_letter(word) for word in r[column].split() if _odd_letter(word)), None)
        if odd:
            c.error(
                r, column,
                f"the letter '{odd}' in {column} '{r[column]}' is of another alphabet ({unicodedata.name(odd).lower()}); "
                "write it in Latin letters",
            )  # fmt: skip


def _odd_letter(word: str) -> str | None:
    if not any(x.isascii() and x.isalpha() for x in word):
        return None
    return next((x for x in word if x in _OTHERS), None)


def keys_alike(c: Content) -> None:
    """Two rows of a table whose names differ only in capitals, blanks or the alphabet are one thing twice, most likely."""
    for name, table in TABLES.items():
        if len(table.key) > 1 or table.by_name[table.key[0]].kind != "text":
            continue
        first: dict[str, Record] = {}
        for r in c.table(name):
            known = first.setdefault(_folded(r[table.key[0]]), r)
            if known is not r:
                key = table.key[0]
                said = f"'{r[key]}' differs from '{known[key]}' in row {known.row} only in capitals or blanks"
                c.warn(r, key, f"{said}: are they two?")


def free_names(c: Content) -> None:
    """A country, owner or segment is written one way; one that is a slip away from another is worth a look."""
    for what, columns in _FREE.items():
        used: dict[str, list[tuple[Record, str]]] = defaultdict(list)
        for name, column in columns:
            for r in c.table(name):
                if r[column] and column not in r.bad:
                    used[r[column]].append((r, column))
        named = sorted(used)
        for country in ("exposed_country", "home_country") if what == "country" else ():
            if c.settings.get(country):
                named = sorted({*named, c.settings[country]})
        for name in used:
            others = [o for o in named if o != name and len(used.get(o, ())) >= len(used[name])]
            _compare(c, what, name, used[name], others)


def _compare(c: Content, what: str, name: str, cells: list[tuple[Record, str]], others: list[str]) -> None:
    for other in others:
        if _folded(name) == _folded(other):
            for r, column in cells:
                said = f"{what} '{name}' differs from '{other}' only in capitals, blanks or the alphabet"
                c.error(r, column, f"{said}; did you mean '{other}'?")
            return
    near = next((o for o in others if _slip_apart(name, o)), None)
    if near:
        for r, column in cells:
            c.warn(r, column, f"{what} '{name}' is nearly '{near}', which the case names too; did you mean '{near}'?")


def _names(c: Content) -> Iterator[tuple[Record, str]]:
    """Cells that name something by a text of their own."""
    free = [place for columns in _FREE.values() for place in columns]
    keys = [
        (t.name, k) for t in TABLES.values() for k in t.key if t.by_name[k].kind == "text" and t.by_name[k].required
    ]
    for name, column in dict.fromkeys([*free, *keys]):
        if name not in ("evidence", "sources"):
            yield from ((r, column) for r in c.table(name) if r[column] and column not in r.bad)


def _folded(name: str) -> str:
    """A name as the eye takes it in."""
    plain = name if name.isascii() else unicodedata.normalize("NFKC", name).translate(_ALIKE)
    return " ".join(plain.casefold().split())


def _slip_apart(one: str, other: str) -> bool:
    """Whether one slip of the fingers lies between two words of some length: a letter more, less, another, or two exchanged.

    Words that number things (Plant 1, Plant 2; Mine A, Mine B) are meant to be near.
    """
    a, b = _folded(one), _folded(other)
    if min(len(a), len(b)) < _LONG - 1 or max(len(a), len(b)) < _LONG or abs(len(a) - len(b)) > 1:
        return False
    begin = _common(a, b)
    end = _common(reversed(a[begin:]), reversed(b[begin:]))
    x, y = a[begin : len(a) - end], b[begin : len(b) - end]
    if len(x) <= 1 and len(y) <= 1:
        numbered = any(
            len(word) == 1 for text in (a, b) for word in text.split() if word not in (a if text is b else b).split()
        )
        return not numbered and all(z.isalpha() or not z for z in (x, y))
    return len(x) == len(y) == 2 and x == y[::-1] and x.isalpha()


def _common(a: Iterable[str], b: Iterable[str]) -> int:
    """Letters that two texts have in common from their beginning."""
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count
