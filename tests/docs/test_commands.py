"""Every magnet-sourcing command and Python block of the README and the docs runs as it stands, and prints what is quoted."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from magnet_sourcing.cli import VERBS, main
from magnet_sourcing.tables_docs import generated

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


COMMAND = re.compile(r"^    magnet-sourcing (.*)$")


def commands(page: Path) -> list[list[str]]:
    """Arguments of the indented lines that begin with magnet-sourcing, comments cut off."""
    return [arguments for arguments, _ in steps(page)]


def steps(page: Path) -> list[tuple[list[str], list[str]]]:
    """Each command, and the lines of the block marked `output` that follows it: what it is said to print."""
    found: list[tuple[list[str], list[str]]] = []
    quoted = False
    for line in page.read_text(encoding="utf-8").splitlines():
        command = COMMAND.match(line)
        if command:
            found.append((shlex.split(command[1], comments=True), []))
        elif line.startswith("```"):
            quoted = line == "```output"
        elif quoted:
            found[-1][1].append(line)
    return found


def missing(said: list[str], printed: str) -> list[str]:
    """Quoted lines that were not printed in this order; '...' stands for anything, and no clock is believed."""
    lines = iter([_without_seconds(line) for line in printed.splitlines()])
    lost = []
    for line in said:
        pattern = ".*".join(re.escape(part) for part in _without_seconds(line).split("..."))
        if line.strip() and not any(re.fullmatch(pattern, got) for got in lines):
            lost.append(line)
    return lost


def _without_seconds(line: str) -> str:
    return re.sub(r"\b\d+(\.\d+)? s\b", "# s", line.rstrip())


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.name)
def test_commands_run_in_order(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, said in steps(page):
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, f"{arguments}: {result.output}"
        assert not missing(said, result.output), f"{arguments} does not print what {page.name} quotes: {result.output}"


@pytest.mark.parametrize("page", [p for p in PAGES if python_blocks(p)], ids=lambda p: p.name)
def test_python_blocks_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in python_blocks(page):
        exec(compile(block, str(page), "exec"), names)


def test_links_between_pages_lead_somewhere() -> None:
    """The README is no page of the site, so Sphinx does not check it; a code host has the same anchors."""
    lost = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", text):
            file = page.parent / target if target else page
            if not file.exists() or (anchor and anchor not in anchors(file)):
                lost.append(f"{page.name}: {target}#{anchor}")
    assert not lost


def anchors(page: Path) -> set[str]:
    """Of the headings of a page: lower case, words joined by hyphens, other signs left out."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_generated_pages_are_up_to_date() -> None:
    for name, text in generated().items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text, "run python -m magnet_sourcing.tables_docs"


# A verb whose page has another name.
PAGE_OF = {"new": "cases.md", "check": "cases.md", "study": "studies-sheet.md"}


@pytest.mark.parametrize("verb", list(VERBS))
def test_every_verb_has_a_page_that_shows_it_at_work(verb: str) -> None:
    page = ROOT / "docs" / PAGE_OF.get(verb, f"{verb}.md")
    assert page.exists()
    assert verb in [arguments[0] for arguments in commands(page)]
    assert f"`{verb}`" in (ROOT / "README.md").read_text(encoding="utf-8"), "the README's tables name every verb"
