"""Why a change of numbers needs the model to be built again, by type."""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum


class Kind(StrEnum):
    """The types of change that need a rebuild."""

    WHOLE = "whole number or year"  # a year or a count decides which variables there are
    BLANK = "was blank"  # a limit, a penalty ... that was not there brings rows and variables with it
    RANGE = "out of range"  # the changed case is not valid; the rebuild says so, with the place
    STRUCTURE = "structure"  # a number decides what the model holds, and now decides otherwise
    NOT_RECORDED = "not recorded"  # no run of the study was known to change this number
    UNFIT = "cannot be recorded"  # the case as it stands has no model to change


class Rebuild(Exception):
    """A change that cannot be worked out on the loaded model.

    what: the number or the comparison, in words. alike: changes for which this is equal are likely to need one and the
    same model; None if nothing can be said.
    """

    def __init__(self, kind: Kind, what: str, alike: Hashable | None = None) -> None:
        self.kind, self.what, self.alike = kind, what, alike
        super().__init__(f"{kind}: {what}")
