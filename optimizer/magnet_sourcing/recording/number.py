"""A number that notes what is done with it. It behaves as its value; whoever does arithmetic with it needs not know.

Arithmetic with it gives another such number. Whatever else it is asked - which is larger, is it 0, what is its text -
is answered by its value and noted as a guard. Conversions that lose the number (int, float, hash, text ...) note that
the value must stay the same. C code that reads a float without asking (math.*, numpy) sees the value alone: nothing
between the case's rows and the arrays may use it on such numbers; a test compares with a rebuild.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from .tape import (
    ABSOLUTE,
    ADD,
    AT_MOST,
    DIVIDE,
    GREATEST,
    LEAST,
    LESS,
    MULTIPLY,
    NEGATE,
    POWER,
    SAME,
    SUBTRACT,
    Tape,
)  # fmt: skip

_value = float.__float__


class Recorded(float):
    """A float with its tape and its node there."""

    __slots__ = ("node", "tape")
    tape: Tape
    node: int
    # Arithmetic and comparisons, set below for all operators alike.
    least: ClassVar[Callable[[float, float], float]]
    greatest: ClassVar[Callable[[float, float], float]]

    def __neg__(self) -> Recorded:
        return _made(self.tape, -_value(self), NEGATE, self.node, -1)

    def __pos__(self) -> Recorded:
        return self

    def __abs__(self) -> Recorded:
        return _made(self.tape, abs(_value(self)), ABSOLUTE, self.node, -1)

    def __bool__(self) -> bool:
        return not _asked(self.tape, SAME, self, 0.0)

    __hash__ = None  # type: ignore[assignment]  # set below


def leaf(tape: Tape, value: float) -> Recorded:
    """A recorded number that may take other values."""
    return _number(tape, value, tape.leaf(value))


def _number(tape: Tape, value: float, node: int) -> Recorded:
    number = Recorded(value)
    number.tape, number.node = tape, node
    return number


def _made(tape: Tape, value: float, operation: int, left: int, right: int) -> Recorded:
    return _number(tape, value, tape.step(value, operation, left, right))


def _node(tape: Tape, x: float) -> int:
    return x.node if type(x) is Recorded else tape.constant(float(x))


def plain(x: Any) -> float:
    return _value(x) if type(x) is Recorded else float(x)


def parted(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values of an array that may hold recorded numbers, where those stand in it, and their nodes."""
    if numbers.dtype != object:
        return numbers.astype(float), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    listed = numbers.tolist()
    at = [(i, x.node) for i, x in enumerate(listed) if type(x) is Recorded]
    places, nodes = (np.array([pair[k] for pair in at], dtype=np.intp) for k in (0, 1))
    return np.array([plain(x) for x in listed], dtype=float), places, nodes


# ---------------------------------------------------------------- arithmetic


def _idle(operation: int, a: Any, b: Any) -> Any | None:
    """x + 0, x - 0, x * 1 and x / 1 are x: no step is needed. (Of 0 only the sign could differ, which means nothing.)"""
    if operation == ADD:
        return b if type(a) is not Recorded and a == 0 else a if type(b) is not Recorded and b == 0 else None
    if operation == MULTIPLY:
        return b if type(a) is not Recorded and a == 1 else a if type(b) is not Recorded and b == 1 else None
    neutral = 0 if operation == SUBTRACT else 1
    return a if operation in (SUBTRACT, DIVIDE) and type(b) is not Recorded and b == neutral else None


def _arithmetic(name: str, operation: int, turned: bool) -> Callable[[Recorded, Any], Any]:
    work = getattr(float, f"__{name}__")

    def method(self: Recorded, other: Any) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented
        a, b = (other, self) if turned else (self, other)
        if (same := _idle(operation, a, b)) is not None:
            return same
        tape = self.tape
        value = work(plain(a), plain(b))
        if type(value) is not float:  # a root of a negative number
            raise ArithmeticError(f"{plain(a)} ** {plain(b)} is no real number")
        if operation == DIVIDE and type(b) is Recorded:
            tape.guard(SAME, b.node, tape.constant(0.0), False)
        return _made(tape, value, operation, _node(tape, a), _node(tape, b))

    return method


for _name, _operation in (
    ("add", ADD), ("sub", SUBTRACT), ("mul", MULTIPLY), ("truediv", DIVIDE), ("pow", POWER),
):  # fmt: skip
    setattr(Recorded, f"__{_name}__", _arithmetic(_name, _operation, False))
    setattr(Recorded, f"__r{_name}__", _arithmetic(_name, _operation, True))


def _extreme(operation: int, choose: Callable[[float, float], float]) -> Callable[[float, float], float]:
    def extreme(a: float, b: float) -> float:
        tape = a.tape if isinstance(a, Recorded) else b.tape  # type: ignore[attr-defined]
        return _made(tape, choose(plain(a), plain(b)), operation, _node(tape, a), _node(tape, b))

    return extreme


Recorded.least = staticmethod(_extreme(LEAST, min))  # type: ignore[assignment]
Recorded.greatest = staticmethod(_extreme(GREATEST, max))  # type: ignore[assignment]


# ---------------------------------------------------------------- questions


def _asked(tape: Tape, relation: str, a: Any, b: Any) -> bool:
    x, y = plain(a), plain(b)
    answer = x < y if relation == LESS else x <= y if relation == AT_MOST else x == y
    tape.guard(relation, _node(tape, a), _node(tape, b), answer)
    return answer


def _comparison(relation: str, turned: bool, denied: bool = False) -> Callable[[Recorded, Any], Any]:
    def method(self: Recorded, other: Any) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented
        answer = _asked(self.tape, relation, other, self) if turned else _asked(self.tape, relation, self, other)
        return answer != denied

    return method


for _name, _relation, _turned in (("lt", LESS, False), ("le", AT_MOST, False), ("gt", LESS, True), ("ge", AT_MOST, True)):
    setattr(Recorded, f"__{_name}__", _comparison(_relation, _turned))
setattr(Recorded, "__eq__", _comparison(SAME, False))  # noqa: B010 - as the others
setattr(Recorded, "__ne__", _comparison(SAME, False, True))  # noqa: B010


# ---------------------------------------------------------------- what would lose the number


def _losing(name: str) -> Callable[..., Any]:
    """The method of the value, and a note that the value must stay the same."""
    work = getattr(float, name)

    def method(self: Recorded, *arguments: Any) -> Any:
        value = _value(self)
        self.tape.guard(SAME, self.node, self.tape.constant(value), not math.isnan(value))
        return work(value, *arguments)

    return method


for _name in (
    "__float__", "__int__", "__trunc__", "__floor__", "__ceil__", "__round__", "__hash__", "__str__", "__repr__",
    "__format__", "__floordiv__", "__rfloordiv__", "__mod__", "__rmod__", "__divmod__", "__rdivmod__", "is_integer",
    "as_integer_ratio", "hex", "conjugate", "__reduce__", "__reduce_ex__", "__getnewargs__",
):  # fmt: skip
    setattr(Recorded, _name, _losing(_name))
