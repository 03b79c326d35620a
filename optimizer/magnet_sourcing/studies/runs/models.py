"""Models that stay built: that of the case as it stands, and those of other shapes that keep coming back."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from ...changes import BadChange, Cell, Change, Changing
from ...problem import Impossible, Problem
from ...problems import CaseError
from ...recording import Kind, Rebuild, Recording
from .changesets import numbers
from .programme import Programme
from .sessions import Bases, Sessions
from .study import Run, Study

Rows = Mapping[tuple[str, int], dict[str, Any]]

# Recording a model costs as much as building four: it pays where a shape comes back.
_OFTEN = 3
_NEVER = -(10**9)
_KEPT = 4


class Model:
    """A recorded model: the programme of any change that leaves its shape, and sessions for it."""

    def __init__(self, study: Study, changing: Changing, base: Iterable[Change], cells: Iterable[Cell]) -> None:
        """base: the changes it is recorded at. Raises CaseError or Impossible if there is no model of that."""
        self._recording = Recording(changing, list(base), cells)
        problem = Problem(self._recording.case, study.wish, measures=study.measures, flat=self._recording.flat)
        self._recording.compile()
        self.base = Programme.of(problem, study.measures)
        self.sessions: Sessions

    def programme(self, rows: Rows) -> Programme:
        """Raises Rebuild if the changed rows need another model."""
        return self.base.with_arrays(self._recording.arrays(rows))


class Models:
    """The models of a study."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self.changing = Changing(study.case, decided=False)
        self._cells = _cells(self.changing, study.runs)
        self._base: Model | None = None
        try:
            self._base = Model(study, self.changing, (), self._cells)
        except (CaseError, Impossible) as reason:
            self._unfit = Rebuild(Kind.UNFIT, str(reason).splitlines()[0])
        self.bases = Bases(self._base.base if self._base else None, study)
        if self._base is not None:
            self._base.sessions = Sessions(self._base.base, study, self.bases)
        self._others: OrderedDict[Hashable, Model] = OrderedDict()
        self._met: Counter[Hashable] = Counter()

    def for_run(self, run: Run, rows: Rows) -> tuple[Sessions | None, Programme | None, str]:
        """Sessions and the programme of a run, None where it is to be built; and why the model of the case as it stands
        is not enough, blank if it is."""
        try:
            if self._base is None:
                raise self._unfit
            return self._base.sessions, self._base.programme(rows), ""
        except Rebuild as reason:
            why = reason
        model = self._other(run, why)
        if model is not None:
            try:
                return model.sessions, model.programme(rows), str(why)
            except Rebuild:
                pass  # the shapes only looked alike
        return None, None, str(why)

    def _other(self, run: Run, why: Rebuild) -> Model | None:
        """A model of another shape, recorded when the shape is met often."""
        if why.alike is None:
            return None
        if why.alike in self._others:
            self._others.move_to_end(why.alike)
            return self._others[why.alike]
        self._met[why.alike] += 1
        if self._met[why.alike] < _OFTEN:
            return None
        try:
            model = Model(self._study, self.changing, run.changes, self._cells)
        except (CaseError, Impossible):  # the build of the run says why, and does not try this again
            self._met[why.alike] = _NEVER
            return None
        model.sessions = Sessions(model.base, self._study, self.bases)
        self._others[why.alike] = model
        if len(self._others) > _KEPT:
            self._others.popitem(last=False)
        return model


def _cells(changing: Changing, runs: Iterable[Run]) -> set[Cell]:
    """Every number that a run changes; a change that cannot be made is left to its run to tell."""
    cells: set[Cell] = set()
    for number in numbers(runs):
        try:
            cells.update(changing.cells(number.at(0.0)))
        except BadChange:
            continue
    return cells
