"""What is wrong with a case, said in the planner's words: the place, the finding, the rule, the way out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal


@dataclass(frozen=True)
class Problem:
    """One finding. `cell` is a workbook cell ('F14'), or 'row 14, column capacity' in CSV tables."""

    severity: Literal["error", "warning"]
    file: str
    sheet: str
    cell: str
    message: str

    def __str__(self) -> str:
        place = [self.file]
        if self.sheet and self.file != f"{self.sheet}.csv":
            place.append(f"sheet {self.sheet}")
        if self.cell:
            place.append(self.cell if " " in self.cell else f"cell {self.cell}")
        return f"{', '.join(p for p in place if p)}: {self.message}"


class CaseError(Exception):
    """The case cannot be used; `problems` holds every finding."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(p) for p in self.problems))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """'; did you mean 'X'?' when a known name is near, else a short list of what is known."""
    names = sorted({k for k in known if k})
    folded = {k.casefold(): k for k in names}
    near = get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    if near:
        return f"; did you mean '{folded[near[0]]}'?"
    if not names:
        return "; none is defined"
    shown = ", ".join(names[:8])
    return f"; allowed: {shown}" + (f" and {len(names) - 8} more" if len(names) > 8 else "")
