"""Brings in mpi-sppy: quietly, with a clear word if it is missing, and without MPI where none is asked for."""

from __future__ import annotations

import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from .request import MissingExtra

_INSTALL = 'pip install "magnet-sourcing[decomposition]"'


def loaded(with_mpi: bool) -> ModuleType:
    """The module `progressive`. Raises MissingExtra."""
    for package, module in (("mpi-sppy", "mpisppy"), ("scipy", "scipy")):
        if find_spec(module) is None:
            raise MissingExtra(f"decomposition needs {package}, which is not installed: {_INSTALL}")
    with redirect_stdout(io.StringIO()), warnings.catch_warnings(), _mpi(with_mpi):
        warnings.simplefilter("ignore")
        return import_module(".progressive", __package__)


@contextmanager
def _mpi(wanted: bool) -> Iterator[None]:
    """mpi-sppy takes MPI wherever it finds it. One process needs none, and a broken one must not be in the way."""
    if wanted or "mpisppy.MPI" in sys.modules or "mpi4py" in sys.modules:
        yield
        return
    sys.modules["mpi4py"] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules["mpi4py"]
