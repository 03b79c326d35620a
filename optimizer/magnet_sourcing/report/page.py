"""One self-contained HTML file: text, style, scripts and data put into the page by plain replacement."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from html import escape
from importlib.resources import files
from typing import Any

from .section import Section

ASSETS = files(__package__) / "assets"


def page(title: str, about: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """The file's text. about: what the top of the page needs (see `writing.about`), plain JSON values."""
    data = {
        **about,
        "title": title,
        "sections": [
            {"name": s.name, "title": s.title, "lead": list(s.lead), "data": s.data, "by_plan": s.by_plan}
            for s in sections
        ],
    }
    parts = {
        "TITLE": escape(title),
        "CSS": asset("page.css"),
        "DATA": as_json(data),
        "LAND": asset("land.json"),
        "ECHARTS": asset("echarts/echarts.min.js"),
        "KIT": asset("kit.js"),
        "SECTIONS": "\n".join(asset(f"sections/{name}.js") for name in dict.fromkeys(s.name for s in sections)),
    }
    # One pass, so that nothing put in is looked at again.
    return re.sub(r"\{\{([A-Z]+)\}\}", lambda found: parts[found[1]], asset("page.html"))


def asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


def as_json(value: Any) -> str:
    """JSON that may stand inside a script: no `<`, so neither `</script>` nor `<!--`; only ASCII, so no U+2028."""
    text = json.dumps(plain(value), ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def plain(value: Any) -> Any:
    """Plain JSON values: numbers of pandas and numpy as Python's, NaN as null, numbers to 10 digits."""
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (str, bool)) or value is None:
        return value
    if isinstance(value, Sequence):
        return [plain(v) for v in value]
    if hasattr(value, "item"):
        return plain(value.item())
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        short = float(f"{value:.10g}")
        return int(short) if short.is_integer() and abs(short) < 1e15 else short
    return value
