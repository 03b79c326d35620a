"""The examples in the docstrings of the public names run as they stand."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import magnet_sourcing
import pytest

PUBLIC = {name: getattr(magnet_sourcing, name) for name in magnet_sourcing.__all__}


def examples(name: str) -> list[doctest.DocTest]:
    """Of the docstring, and of those of a class's methods."""
    found = doctest.DocTestFinder(exclude_empty=True).find(PUBLIC[name], name, globs={})
    return [test for test in found if test.examples]


@pytest.mark.parametrize("name", [name for name in PUBLIC if examples(name)])
def test_examples_of_docstrings(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for test in examples(name):
        said: list[str] = []
        result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
        assert result.failed == 0, "".join(said)


def test_every_public_name_has_a_docstring() -> None:
    """A dataclass without one is given its signature, which tells a reader nothing."""
    bare = [
        name
        for name, thing in PUBLIC.items()
        if not inspect.getdoc(thing) or str(inspect.getdoc(thing)).startswith(f"{name}(")
    ]
    assert not bare
