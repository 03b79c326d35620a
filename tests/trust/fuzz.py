"""Files and expressions made at random: only our own clear errors may come out.

`python -m tests.trust.fuzz TARGET EXECUTIONS [SEED]`, TARGET one of workbook, xml, folder, vary, condition. Where atheris is
installed (it has no wheels for Windows, so it is not among the test dependencies) it steers by coverage; elsewhere a
seeded mutator does without. Whatever else than a CaseError, or a ValueError for expressions, ends the run with the input.
"""

from __future__ import annotations

import base64
import io
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from random import Random

from magnet_sourcing import Case, CaseError
from magnet_sourcing.changes import BadChange, Change, Changing, conditions, fits
from magnet_sourcing.studies.ranges.vary import parse_vary
from magnet_sourcing.studies.sheet.asking import pieces

Target = Callable[[bytes], str]
_held = tempfile.TemporaryDirectory(prefix="fuzz-")  # until the process ends
FOLDER = Path(_held.name)


# ---------------------------------------------------------------- what is fed


def read(path: Path) -> str:
    try:
        case = Case.read(path)
    except CaseError as reason:
        assert reason.problems and all(str(p) for p in reason.problems)
        return "refused"
    return "errors" if any(p.severity == "error" for p in case.check()) else "sound"


def workbook(data: bytes) -> str:
    """A workbook of these bytes."""
    path = FOLDER / "case.xlsx"
    path.write_bytes(data)
    return read(path)


def xml(data: bytes) -> str:
    """A small workbook with one part in the place of its own: the first byte says which."""
    parts = dict(small_parts())
    names = sorted(parts)
    parts[names[(data[0] if data else 0) % len(names)]] = data[1:]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return workbook(out.getvalue())


def folder(data: bytes) -> str:
    """A folder with one table in the place of its own: the first byte says which."""
    tables = small_tables()
    names = sorted(tables)
    chosen = names[(data[0] if data else 0) % len(names)]
    for name, text in tables.items():
        (FOLDER / "case").mkdir(exist_ok=True)
        (FOLDER / "case" / name).write_bytes(data[1:] if name == chosen else text)
    return read(FOLDER / "case")


def vary(data: bytes) -> str:
    """An expression of --vary, or several as in the table studies."""
    text = data.decode("utf-8", "replace")
    result = "sound"
    for expression in (text, *pieces(text)):
        try:
            found = parse_vary(small(), expression)
        except ValueError as reason:
            assert str(reason)
            result = "refused"
        else:
            for value in found.values[:3]:
                assert found.shown(value)
                apply(found.changes(value))
    return result


def apply(changes: list[Change]) -> None:
    try:
        Changing(small(), decided=False).rows(changes, "fuzz")
    except CaseError as reason:
        assert reason.problems


def condition(data: bytes) -> str:
    """The rows that a change is for."""
    text = data.decode("utf-8", "replace")
    try:
        wanted = conditions("supplies", text)
    except BadChange as reason:
        assert str(reason)
        return "refused"
    return "sound" if [fits(row, wanted) for row in small().rows("supplies")] else "none"


TARGETS: dict[str, Target] = {"workbook": workbook, "xml": xml, "folder": folder, "vary": vary, "condition": condition}


# ---------------------------------------------------------------- where they start


@cache
def small() -> Case:
    case = Case.small()
    case.resolved()
    return case


@cache
def small_parts() -> dict[str, bytes]:
    """The parts of a workbook of three sheets, from Case.write, without comments and drawings."""
    from .books import books

    book = next(b for b in books("small", Case.small(), FOLDER) if b.kind == "xlsx")
    book.grids = {name: book.grids[name] for name in ("settings", "periods", "locations", "materials", "demands")}
    with zipfile.ZipFile(book.write(FOLDER)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def small_tables() -> dict[str, bytes]:
    path = Case.small().write(FOLDER / "tables")
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


EXPRESSIONS = (
    "supplies.price[Chinese magnets] x 0.5:2:7",
    "supplies.price[supply = Chinese magnets] = 40000:160000:13",
    'facilities.capacity["magnet line"] + 10, 20',
    "demands.quantity 2027-2030 + -10%:10%:5",
    "discount",
    "Chinese magnet price = 0.5, 1",
    "routes.lead_time[route=Toll Japan] + 1, 2; supplies.limit = 5",
    "freight.cost x 1e3, 1e-3",
    "supplies.price 2027 x 20%",
)
CONDITIONS = ("supply = Chinese magnets", "origin = China; location = Baotou", "material=magnet", "active = yes")


def seeds(name: str) -> list[bytes]:
    if name == "workbook":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, data in small_parts().items():
                archive.writestr(part, data)
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w") as archive:
            for part, data in small_parts().items():
                archive.writestr(part, data)
        return [out.getvalue(), plain.getvalue()]
    if name == "xml":
        return [bytes([i]) + small_parts()[part] for i, part in enumerate(sorted(small_parts()))]
    if name == "folder":
        return [bytes([i]) + small_tables()[table] for i, table in enumerate(sorted(small_tables()))]
    return [text.encode() for text in (EXPRESSIONS if name == "vary" else CONDITIONS)]


# Pieces that mean something to one reader or another.
TOKENS = tuple(
    t.encode() if isinstance(t, str) else t
    for t in (
        '<row r="1">',
        "</row>",
        '<c r="A1"',
        ' t="s"',
        ' t="e"',
        ' t="b"',
        ' t="d"',
        ' t="inlineStr"',
        "<v>",
        "</v>",
        "<f>",
        "<is><t>",
        '<mergeCell ref="A1:B2"/>',
        '<dimension ref="A1:XFD1048576"/>',
        "<!DOCTYPE x>",
        '<!ENTITY a "b">',
        "&amp;",
        "&#0;",
        "&#x110000;",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        '<?xml version="1.0" encoding="utf-16"?>',
        "1e999",
        "-0",
        "NaN",
        "inf",
        "2027",
        "99999999999999999999",
        "0x10",
        "=1+1",
        "#REF!",
        "#N/A",
        '"',
        '""',
        "'",
        ",",
        ";",
        "\t",
        "\r",
        "\n",
        "\r\n",
        "\ufeff",
        "\u200b",
        "\u00a0",
        "\u0661",
        "\uff11",
        "%",
        "[",
        "]",
        "=",
        ":",
        "x",
        "+",
        "-",
        "*",
        "(",
        ")",
        "{",
        "}",
        "\\",
        "/",
        "..",
        "\0",
        "yes",
        "no",
        "estimate",
        "active",
        "supplies.price",
        "demands.quantity",
        "where",
        " low",
        " high",
        " 2027",
        b"\xff\xfe",
        b"\x80",
        b"\xc3",
        b"PK\x03\x04",
        b"PK\x05\x06",
        b"\xed\xa0\x80",
    )
)


def mutated(rng: Random, data: bytes, others: list[bytes]) -> bytes:
    """A few changes: bytes turned, pieces cut, copied, moved, exchanged with another seed's, tokens put in."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        at = rng.randrange(len(made) + 1)
        length = min(rng.choice((1, 2, 8, 40, 400)), len(made))
        what = rng.randrange(7)
        if what == 0 and made:
            made[at % len(made)] ^= 1 << rng.randrange(8)
        elif what == 1:
            del made[at : at + length]
        elif what == 2:
            made[at:at] = made[(start := rng.randrange(len(made) + 1)) : start + length]
        elif what == 3:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            made[at : at + length] = other[start : start + length]
        elif what == 4:
            made[at:at] = rng.choice(TOKENS) * rng.choice((1, 1, 1, 2, 50))
        elif what == 5:
            made[at : at + len(token)] = (token := rng.choice(TOKENS))
        else:
            made[at:at] = rng.randbytes(rng.randrange(1, 5))
    return bytes(made)


# ---------------------------------------------------------------- running


def run(name: str, executions: int, seed: int) -> Counter[str]:
    """So many mutants of the seeds; what became of them. A failure carries its input."""
    rng, start, target = Random(f"{name} {seed}"), seeds(name), TARGETS[name]
    counts: Counter[str] = Counter()
    for _ in range(executions):
        data = mutated(rng, rng.choice(start), start)
        try:
            counts[target(data)] += 1
        except Exception as reason:
            raise AssertionError(f"{name}, input {base64.b64encode(data).decode()[:20000]}: {reason!r}") from reason
    return counts


def _steered(name: str, executions: int, seed: int) -> None:
    """The same with atheris: it keeps what reaches new code, and mutates that."""
    import atheris

    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for i, data in enumerate(seeds(name)):
        (corpus / str(i)).write_bytes(data)
    dictionary = FOLDER / "tokens"
    escaped = ("".join(f"\\x{b:02x}" for b in token) for token in TOKENS)
    dictionary.write_text("\n".join(f'"{text}"' for text in escaped) + "\n", encoding="ascii")
    TARGETS[name](seeds(name)[0])
    atheris.instrument_all()
    options = [
        f"-runs={executions}",
        f"-seed={seed}",
        "-max_len=60000",
        f"-dict={dictionary}",
        "-timeout=60",
        "-rss_limit_mb=3000",
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options], lambda data: TARGETS[name](bytes(data)) and None)
    atheris.Fuzz()


def main() -> None:
    name, executions, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1
    try:
        import atheris  # noqa: F401
    except ImportError:
        begun = time.process_time()
        print(name, executions, dict(run(name, executions, seed)), f"{time.process_time() - begun:.0f} s")
    else:
        _steered(name, executions, seed)


if __name__ == "__main__":
    main()
