"""A page in the system's Chromium: what is written is opened as a planner would, offline, and nothing may go wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from magnet_sourcing import Case, frontier, sensitivity, solve, stress
from magnet_sourcing.studies.frontier.tracing import Frontier
from magnet_sourcing.studies.sensitivity.studying import Sensitivity
from magnet_sourcing.studies.stress.testing import Stress

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")


class Opened:
    """A report in the browser. trouble: whatever was said on the console, thrown, or asked of a network."""

    def __init__(self, page: Any, path: Path) -> None:
        self.page, self.trouble = page, []
        page.on("console", lambda message: self.trouble.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        page.on("request", lambda request: self._asked(request.url, path))
        page.goto(path.as_uri())

    def _asked(self, url: str, path: Path) -> None:
        if url != path.as_uri() and not url.startswith(("data:", "blob:")):
            self.trouble.append(f"request: {url}")

    def table_of(self, section: str, chart: str) -> list[list[str]]:
        """The table that stands for a chart: its cells as shown, row by row, after pressing 'Show as table'."""
        figure = self.page.locator(f'#section-{section} figure[data-chart="{chart}"]')
        button = figure.get_by_role("button", name="Show as table")
        if button.get_attribute("aria-pressed") == "false":
            button.click()
        return self.cells(figure.locator("table"))

    def cells(self, table: Any, raw: bool = False) -> list[list[str]]:
        """Cells of a table's body; raw: the values behind them ('' for a blank)."""
        what = 'd => d.getAttribute("data-value") || ""' if raw else "d => d.textContent"
        return table.evaluate(f"t => [...t.tBodies[0].rows].map(r => [...r.cells].map({what}))")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for a module of tests; skipped without playwright or without a browser."""
    sync = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra 'test')")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser found; looked for {', '.join(BROWSERS)}")
    with sync.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def opened(browser: Any) -> Iterator[Callable[[Path], Opened]]:
    """Opens a file offline in a window of 1366 x 768, and closes it after the module."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, offline=True)
    yield lambda path: Opened(context.new_page(), path)
    context.close()


@pytest.fixture(scope="session")
def traced() -> Frontier:
    """The small case's plans between the cheapest and the least dependent."""
    return frontier(Case.small(), points=5)


@pytest.fixture(scope="session")
def shocked() -> Stress:
    """The small case's best plan, which stands all, and the best one that only buys, which an embargo leaves short."""
    buying = Case.small()
    for name in ("routes", "expansions"):
        buying.tables[name]["active"] = "no"
    return stress({"cheapest": solve(Case.small()), "only buying": solve(buying)}, scenarios="embargo")


@pytest.fixture(scope="session")
def moved() -> Sensitivity:
    """All ranges of the small case, each at both ends."""
    return sensitivity(Case.small(), spider=0, switch_over=0, ranging=0)
