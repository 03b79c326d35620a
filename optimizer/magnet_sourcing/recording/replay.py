"""The tape played again for other values of its leaves, many steps at a time.

Steps are sorted by depth: a step needs only results of lower depth, so all steps of one depth and operation are one
numpy operation. Additions, products, quotients and extremes are the same to the last bit in numpy and in Python;
powers are not everywhere, so those are left to Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

import numpy as np

from .tape import (
    ABSOLUTE,
    ADD,
    AT_MOST,
    CONSTANT,
    DIVIDE,
    GREATEST,
    LEAF,
    LEAST,
    LESS,
    MULTIPLY,
    NEGATE,
    POWER,
    SAME,
    SUBTRACT,
    Guard,
    Tape,
)  # fmt: skip


class Flipped(Exception):
    """A guard answers otherwise: left and right are its two sides now. answers: a digest of all guards' answers."""

    def __init__(self, guard: Guard, left: float, right: float, answers: bytes) -> None:
        self.guard, self.left, self.right, self.answers = guard, left, right, answers


class Replay:
    """What some nodes come to for other values of the leaves."""

    def __init__(self, tape: Tape, wanted: Sequence[int]) -> None:
        """wanted: the nodes asked for."""
        self._tape = tape
        guards = [g for g in tape.guards if _varies(tape, g)]
        order, self._groups = _scheduled(tape, [*wanted, *(n for g in guards for n in g[1:])])
        place = {node: i for i, node in enumerate(order)}
        self._base = np.array([tape.values[n] for n in order], dtype=float)
        self._place = place
        self._wanted = np.array([place[n] for n in wanted], dtype=np.intp)
        self._asked = [
            _Asked(relation, [g for g in guards if g.relation == relation], tape, place)
            for relation in (LESS, AT_MOST, SAME)
        ]
        self.steps = sum(len(a) for _, _, a, _ in self._groups)
        self.depth = len(self._groups)

    def holds(self, leaf: int) -> bool:
        """Whether anything depends on a leaf."""
        return leaf in self._place

    def values(self, leaves: Mapping[int, float]) -> np.ndarray:
        """The wanted nodes, for these values of leaves and the recorded ones of all others.

        Raises Flipped if a guard answers otherwise, ArithmeticError if a power has no value.
        """
        held = self._base.copy()
        for node, value in leaves.items():
            if (at := self._place.get(node)) is not None:
                held[at] = value
        with np.errstate(all="ignore"):
            for operation, start, a, b in self._groups:
                _work(operation, held, slice(start, start + len(a)), a, b)
        answers = [asked.answers(held) for asked in self._asked]
        for asked, found in zip(self._asked, answers, strict=True):
            if (flipped := asked.flipped(found)) is not None:
                guard, left, right = flipped
                digest = sha256(np.concatenate(answers).tobytes()).digest()
                raise Flipped(guard, float(held[left]), float(held[right]), digest)
        return held[self._wanted]


def _varies(tape: Tape, guard: Guard) -> bool:
    """A guard on constants alone, which a leaf cancelled out of, cannot flip."""
    return any(tape.steps[n][0] != CONSTANT for n in guard[1:])


def _scheduled(tape: Tape, wanted: Sequence[int]) -> tuple[list[int], list[tuple[int, int, np.ndarray, np.ndarray]]]:
    """Nodes that are needed, leaves and constants first, then by depth and operation; and the groups of steps:
    operation, where its results begin, and where its operands are."""
    needed, queue = set(wanted), list(wanted)
    while queue:
        for node in tape.steps[queue.pop()][1:]:
            if node >= 0 and node not in needed:
                needed.add(node)
                queue.append(node)
    depth: dict[int, int] = {}
    kinds: dict[tuple[int, int], list[int]] = {}
    for node in sorted(needed):  # operands come before what is made of them
        operation, a, b = tape.steps[node]
        depth[node] = 0 if operation in (LEAF, CONSTANT) else 1 + max(depth[a], depth.get(b, 0))
        kinds.setdefault((depth[node], operation if depth[node] else 0), []).append(node)
    order = [node for kind in sorted(kinds) for node in kinds[kind]]
    place = {node: i for i, node in enumerate(order)}
    groups = []
    for (level, operation), nodes in sorted(kinds.items()):
        if level:
            left, right = (np.array([place.get(tape.steps[n][i], 0) for n in nodes], dtype=np.intp) for i in (1, 2))
            groups.append((operation, place[nodes[0]], left, right))
    return order, groups


def _work(operation: int, held: np.ndarray, into: slice, a: np.ndarray, b: np.ndarray) -> None:
    """One group of steps."""
    out = held[into]
    if operation == NEGATE:
        np.negative(held[a], out=out)
    elif operation == ABSOLUTE:
        np.abs(held[a], out=out)
    elif operation == POWER:
        out[:] = [_power(x, y) for x, y in zip(held[a].tolist(), held[b].tolist(), strict=True)]
    elif operation in (LEAST, GREATEST):
        x, y = held[a], held[b]
        out[:] = np.where(y < x if operation == LEAST else y > x, y, x)
    else:
        _UFUNCS[operation](held[a], held[b], out=out)


_UFUNCS = {ADD: np.add, SUBTRACT: np.subtract, MULTIPLY: np.multiply, DIVIDE: np.divide}


def _power(x: float, y: float) -> float:
    found = x**y
    if isinstance(found, complex):
        raise ArithmeticError(f"{x} ** {y} is no real number")
    return float(found)


class _Asked:
    """All guards of one relation."""

    def __init__(self, relation: str, guards: list[Guard], tape: Tape, place: Mapping[int, int]) -> None:
        self._relation, self._guards = relation, guards
        self._left = np.array([place[g.left] for g in guards], dtype=np.intp)
        self._right = np.array([place[g.right] for g in guards], dtype=np.intp)
        self._answers = np.array([tape.guards[g] for g in guards], dtype=bool)

    def answers(self, held: np.ndarray) -> np.ndarray:
        x, y = held[self._left], held[self._right]
        return x < y if self._relation == LESS else x <= y if self._relation == AT_MOST else x == y

    def flipped(self, answers: np.ndarray) -> tuple[Guard, int, int] | None:
        """The first guard that answers otherwise, and where its sides are."""
        if np.array_equal(answers, self._answers):
            return None
        i = int(np.flatnonzero(answers != self._answers)[0])
        return self._guards[i], int(self._left[i]), int(self._right[i])
