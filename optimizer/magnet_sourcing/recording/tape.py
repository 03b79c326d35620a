"""The tape: arithmetic steps in the order they were made, and the questions asked of their results.

A node is a place on the tape that holds a value: a leaf (a number that may change), a constant, or the result of a
step. A guard is a question with the answer it had: as long as all answers stay the same, a program that only adds,
multiplies and asks does the same steps again, so the steps give exactly what it would.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LEAF, CONSTANT, ADD, SUBTRACT, MULTIPLY, DIVIDE, POWER, NEGATE, ABSOLUTE, LEAST, GREATEST = range(11)
LESS, AT_MOST, SAME = "<", "<=", "="


class Guard(NamedTuple):
    """left `relation` right, both nodes."""

    relation: str
    left: int
    right: int


class Tape:
    """values: of each node, as recorded. steps: operation and operands of each node."""

    def __init__(self) -> None:
        self.values: list[float] = []
        self.steps: list[tuple[int, int, int]] = []
        self.guards: dict[Guard, bool] = {}
        self._constants: dict[str, int] = {}
        self._made: dict[tuple[int, int, int], int] = {}

    def leaf(self, value: float) -> int:
        return self._node(value, (LEAF, -1, -1))

    def constant(self, value: float) -> int:
        key = value.hex()  # tells 0 from -0, and is one for every nan
        if (node := self._constants.get(key)) is None:
            node = self._constants[key] = self._node(value, (CONSTANT, -1, -1))
        return node

    def step(self, value: float, operation: int, left: int, right: int) -> int:
        """The node of a result; a step made before gives the node it gave then."""
        step = (operation, left, right)
        if (node := self._made.get(step)) is None:
            node = self._made[step] = self._node(value, step)
        return node

    def _node(self, value: float, step: tuple[int, int, int]) -> int:
        self.values.append(value)
        self.steps.append(step)
        return len(self.values) - 1

    def guard(self, relation: str, left: int, right: int, answer: bool) -> None:
        self.guards[Guard(relation, left, right)] = answer

    def leaves_under(self, nodes: Sequence[int]) -> set[int]:
        """The leaves that nodes depend on."""
        seen, queue = set(nodes), list(nodes)
        while queue:
            for node in self.steps[queue.pop()][1:]:
                if node >= 0 and node not in seen:
                    seen.add(node)
                    queue.append(node)
        return {n for n in seen if self.steps[n][0] == LEAF}
