"""As an array of jobs of a cluster's scheduler (SLURM): writes the script, and leaves the solving to it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....files import replace_file
from ..handed import HandedOver
from ..work import CHUNK
from . import limit_of

SCRIPT = "array.sbatch"
# SLURM takes arrays of 1,000 jobs unless its administrator allows more.
_MOST_JOBS = 1000
# Time asked for: so many times what the case as it stands took, and not less than an hour.
_ROOM, _LEAST_HOURS = 20, 1

_TEMPLATE = """#!/bin/bash
#SBATCH --job-name={name}
#SBATCH --array={jobs}
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time={hours:02d}:00:00
#SBATCH --output=slurm-%A_%a.txt

# {runs} runs, {chunk} to a job. Adapt the lines above to your cluster, and make magnet-sourcing known here:
# source .venv/bin/activate
set -eu

FOLDER="${{STUDY_FOLDER:-}}"
[ -n "$FOLDER" ] || FOLDER={folder}
first=$((SLURM_ARRAY_TASK_ID * {chunk}))
last=$((first + {chunk} - 1))
[ "$last" -le {last} ] || last={last}
${{MAGNET_SOURCING:-magnet-sourcing}} runs "$FOLDER" --task "$first-$last" --engine pool --workers 1 --quiet
"""


@dataclass(frozen=True)
class Array:
    """Jobs that call `magnet-sourcing runs FOLDER --task ...`; the folder must be one that all machines see."""

    folder: Path

    def hand_over(self, kind: str, runs: int, left: Sequence[int], seconds: float, time_limit: float | None) -> None:
        """Writes the script for the runs that are left; always raises HandedOver, which says how to go on.

        seconds: what the case as it stands took.
        """
        chunk = max(CHUNK, math.ceil(runs / _MOST_JOBS))
        longest = limit_of(time_limit) or _ROOM * seconds
        text = _TEMPLATE.format(
            name=f"magnet-{kind.replace(' ', '-')}",
            jobs=ranges_text(sorted({i // chunk for i in left})),
            hours=max(_LEAST_HOURS, math.ceil(chunk * longest / 3600)),
            runs=len(left),
            chunk=chunk,
            folder=shlex.quote(str(self.folder.resolve())),
            last=runs - 1,
        )
        script = replace_file(self.folder / SCRIPT, lambda path: _write(path, text))
        folder = shlex.quote(str(self.folder))
        raise HandedOver(
            f"{len(left)} runs are left to an array of jobs; nothing is solved yet but the case as it stands.\n"
            f"  1. look through {script}, then: sbatch {shlex.quote(str(script))}\n"
            f"  2. how far it is: magnet-sourcing runs {folder}\n"
            f"  3. tables: magnet-sourcing runs {folder} --gather; or the study's own command again, with this folder, "
            "for its report"
        )


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def ranges_text(numbers: Sequence[int]) -> str:
    """'0-3,7,9-10', of ascending numbers."""
    spans: list[tuple[int, int]] = []
    for n in numbers:
        if spans and spans[-1][1] == n - 1:
            spans[-1] = spans[-1][0], n
        else:
            spans.append((n, n))
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
