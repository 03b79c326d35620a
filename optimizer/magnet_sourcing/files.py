"""Writing without loss: everything goes to a temporary neighbour first and replaces the target in one step."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


class NotWritten(Exception):
    """The target could not be written; the message says why and nothing was lost."""


def replace_file(target: Path, write: Callable[[Path], None]) -> Path:
    """Calls `write` with a temporary path beside the target, then puts that in the target's place.

    A target that is open in Excel cannot be replaced on Windows: the result is then kept beside it under a free name.
    Returns the path written.
    """
    handle, name = _temporary(target)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        return _put(temporary, target)
    except OSError as reason:
        raise NotWritten(f"{target} could not be written ({reason.strerror or reason})") from reason
    finally:
        temporary.unlink(missing_ok=True)


def _temporary(target: Path) -> tuple[int, str]:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    except OSError as reason:
        raise NotWritten(f"nothing can be written in {target.parent} ({reason.strerror or reason})") from reason


def _put(temporary: Path, target: Path) -> Path:
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(temporary, 0o666 & ~mask)
    try:
        os.replace(temporary, target)
        return target
    except PermissionError:
        beside = free_name(target)
        os.replace(temporary, beside)
        return beside


def free_name(target: Path) -> Path:
    """A name beside the target that is not taken: plan (2).xlsx."""
    number = 2
    while (candidate := target.with_name(f"{target.stem} ({number}){target.suffix}")).exists():
        number += 1
    return candidate


def replace_folder(target: Path, files: dict[str, str]) -> Path:
    """Writes text files into a folder: all to temporary names first, then each into its place."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".writing-", dir=target))
    except OSError as reason:
        raise NotWritten(f"nothing can be written in {target} ({reason.strerror or reason})") from reason
    try:
        for name, text in files.items():
            (staging / name).write_text(text, encoding="utf-8", newline="")
        for name in files:
            os.replace(staging / name, target / name)
    except OSError as reason:
        raise NotWritten(f"{target} could not be written ({reason.strerror or reason})") from reason
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return target
