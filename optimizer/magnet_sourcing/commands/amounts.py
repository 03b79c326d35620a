"""Shares and lists as people type them: 3% or 0.03, names joined by commas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..case import Case


def share(text: str) -> float:
    """0.03 or 3%. Raises ValueError."""
    text = text.strip()
    return float(text[:-1]) / 100 if text.endswith("%") else float(text)


class Share(click.ParamType):
    """A fraction, written 0.03 or 3%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        text = str(value).strip()
        try:
            return share(text)
        except ValueError:
            self.fail(f"'{text}': give a share such as 3% or 0.03", param, ctx)


def names(text: str | None) -> list[str] | None:
    """Names joined by commas; None without an option."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def range_names(case: Case, text: str | None) -> list[str] | None:
    """Names of ranges joined by commas, some of which have commas of their own; None without an option."""
    parts = names(text)
    if parts is None:
        return None
    from ..studies.ranges.ranges import ranges_of

    known = {r.name for r in ranges_of(case)}
    found: list[str] = []
    while parts:
        longest = next((n for n in range(len(parts), 0, -1) if ", ".join(parts[:n]) in known), 1)
        found.append(", ".join(parts[:longest]))
        parts = parts[longest:]
    return found


def scenario_names(text: str | None) -> str | list[str] | None:
    """'all', or names joined by commas."""
    return "all" if text is not None and text.strip() == "all" else names(text)


def measure_values(given: tuple[str, ...]) -> dict[str, float]:
    """MEASURE=VALUE pairs of --at-most."""
    return dict(pairs("--at-most", given))


def pairs(option: str, given: tuple[str, ...]) -> list[tuple[str, float]]:
    """MEASURE=VALUE pairs of an option, of which several may be about one measure."""
    found = []
    for pair in given:
        name, equals, value = pair.rpartition("=")
        try:
            if not equals:
                raise ValueError
            found.append((name.strip(), share(value)))
        except ValueError:
            raise ValueError(f"{option} '{pair}': give MEASURE=VALUE, such as 'index 2030-2035=0.5'") from None
    return found


def cap(text: str | None) -> float | dict[int, float] | None:
    """'0.4' or '2027:0.5,2030:0.3'."""
    if text is None:
        return None
    try:
        if ":" not in text:
            found: float | dict[int, float] = share(text)
        else:
            pairs = [part.split(":") for part in text.split(",")]
            found = {int(year): share(value) for year, value in pairs}
    except ValueError:
        raise ValueError(f"--china-cap {text}: give one value (0.4) or year:value pairs (2027:0.5,2030:0.3)") from None
    if any(value >= 2 for value in (found.values() if isinstance(found, dict) else [found])):
        raise ValueError(f"--china-cap {text}: an index is a share from 0 to 1, such as 0.4 or 40%")
    return found
