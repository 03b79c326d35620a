"""Keeps what HiGHS prints by itself off standard output, which belongs to results and --json.

HiGHS 1.16 writes its banner whenever a solver object is made, before any option can silence it, through the C
library's own buffer; so that buffer is emptied into the null device before the descriptor is put back.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def no_banner() -> Iterator[None]:
    """Points file descriptor 1 at the null device for the duration."""
    with suppress(OSError, ValueError, AttributeError):
        sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # no standard output at all, as under pythonw
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        _flush_c()
        os.dup2(nowhere, 1)
        yield
    finally:
        _flush_c()
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _flush_c() -> None:
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
        library.fflush(None)
