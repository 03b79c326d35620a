"""Shares and lists as people type them: 3% or 0.03, names joined by commas."""

from __future__ import annotations

from typing import Any

import click


class Share(click.ParamType):
    """A fraction, written 0.03 or 3%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, (int, float)):
            return float(value)
        text = str(value).strip()
        try:
            return float(text[:-1]) / 100 if text.endswith("%") else float(text)
        except ValueError:
            self.fail(f"'{text}': give a share such as 3% or 0.03", param, ctx)


def names(text: str | None) -> list[str] | None:
    """Names joined by commas; None without an option."""
    return None if text is None else [part.strip() for part in text.split(",") if part.strip()]


def scenario_names(text: str | None) -> str | list[str] | None:
    """'all', or names joined by commas."""
    return "all" if text is not None and text.strip() == "all" else names(text)
