"""`verify`: whether a plan that was written is still what was solved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .common import AUDIT_FAILED, EPILOG, OK, STOPPED_WITH_PLAN, echo_json, output_options, section, solve_progress

if TYPE_CHECKING:
    from ..studies.verifying import Again, Verification

SAID = {
    "sound": "SOUND: the plan is as it was written, and passes its audit.",
    "edited": "EDITED: the file is not as it was written. Change the case and solve it again.",
    "unsound": "UNSOUND: the plan does not pass its audit. Do not use it.",
    "stale": "STALE: the plan is as it was written, but the case has changed since. Solve it again.",
    "not reproduced": "NOT REPRODUCED: solving again proves another least objective. Do not use this plan.",
}
SHOWN = 12  # lines of what differs; the rest is counted


@click.command(epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case", type=click.Path(path_type=Path), help="A case the plan should be of: says what has changed since.")
@click.option("--resolve", is_flag=True, help="Solve again as the plan's record says, and compare.")
@click.option("--time-limit", type=float, help="Seconds for solving again, in place of those recorded.")
@output_options
def verify(
    file: Path,
    case: Path | None,
    resolve: bool,
    time_limit: float | None,
    as_json: bool,
    quiet: bool,
    debug: bool,
) -> None:
    """Audits FILE, a plan that solve wrote, from the file alone, and says whether it is as it was written.

    Exit code 0 says so; 7 that it is edited, unsound, stale or not reproduced.
    """
    if time_limit is not None and (not resolve or time_limit <= 0):
        raise ValueError(f"--time-limit {time_limit:g}: more than 0, and together with --resolve")
    from ..studies.verifying import verify as verified

    progress = None if quiet or as_json else solve_progress(False)
    found = verified(file, case, resolve=resolve, time_limit=time_limit, progress=progress)
    if as_json:
        echo_json(_as_json(found))
    else:
        _show(found, quiet)
    raise click.exceptions.Exit(_ending(found))


def _ending(found: Verification) -> int:
    if found.state != "sound":
        return AUDIT_FAILED
    ended = found.again.plan.status if found.again else "optimal"
    return OK if ended in ("optimal", found.plan.status) else STOPPED_WITH_PLAN


def _show(found: Verification, quiet: bool) -> None:
    from .. import summary

    click.echo(SAID[found.state])
    if quiet:
        return
    lines = [summary.headline(found.plan), *found.edited]
    if found.plan.has_plan:
        lines.append(summary.verdict(found.plan.audit))
    if not found.sealed:
        lines.append("It bears no seal, as of an older version: edits that add up cannot be told.")
    section("The plan in the file", lines)
    if found.plan.audit is not None and not found.plan.audit.passed:
        section("What does not agree", _shortened(found.plan.audit.failures))
    if found.differing is not None:
        section("Inputs that differ from the case given", _differing(found))
    if found.again is not None:
        section("Solved again", _again(found.again))


def _shortened(lines: list[str]) -> list[str]:
    return lines[:SHOWN] + ([f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else [])


def _differing(found: Verification) -> list[str]:
    """Place, value in the plan and value in the case."""
    differing = found.differing or []
    lines = [f"{d.place}: {_value(d.values[0])} in the plan, {_value(d.values[1])} in the case" for d in differing]
    return _shortened(lines) or ["none: nothing the plan depends on has changed"]


def _value(value: Any) -> str:
    return "blank" if value is None else f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


def _again(again: Again) -> list[str]:
    from .. import summary

    lines = [summary.headline(again.plan)]
    if not again.agrees:
        return [*lines, "No least objective lies within both gaps."]
    if again.same_tables:
        return [*lines, "The same plan, to the last digit."]
    if not again.plan.has_plan:
        return lines
    lines.append("The least objective may be the same: the gaps of both overlap.")
    moved = [f"{d.kind} {d.name} in {d.year}: {a:.6g}, now {b:.6g}" for d, (a, b) in sorted(again.moved.items())]
    if not moved:
        return [*lines, "The decisions are the same; flows of equal cost differ."]
    return [*lines, "Decisions that differ, at no provable difference in the objective:", *_shortened(moved)]


def _as_json(found: Verification) -> dict[str, Any]:
    again, audit = found.again, found.plan.audit
    return {
        "state": found.state,
        "status": found.plan.status,
        "objective": found.plan.objective,
        "bound": found.plan.bound,
        "sealed": found.sealed,
        "edited": found.edited,
        "audit": None if audit is None else {"passed": audit.passed, "failures": audit.failures},
        "differing": None
        if found.differing is None
        else [{"place": d.place, "plan": d.values[0], "case": d.values[1]} for d in found.differing],
        "again": None
        if again is None
        else {
            "status": again.plan.status,
            "objective": again.plan.objective,
            "bound": again.plan.bound,
            "agrees": again.agrees,
            "same": again.same_tables,
            "moved": [{"decision": " ".join(map(str, d)), "plan": a, "now": b} for d, (a, b) in again.moved.items()],
        },
    }
