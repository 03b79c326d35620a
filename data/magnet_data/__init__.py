"""The embedded cases, as folders of CSV tables: the reference case and a teaching case of a page.

Each number carries its source or is marked an estimate with its reasoning; see data/README.md.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path


def reference() -> Path:
    """Folder of "India's magnets 2025-2035"."""
    return Path(str(files(__name__))) / "reference"


def small() -> Path:
    """Folder of the teaching case: one mine, one plant, a Chinese offer, a toll route, a magnet line, four years."""
    return Path(str(files(__name__))) / "small"
