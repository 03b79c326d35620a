"""Sums and extremes of numbers, step by step, in a fixed order.

`sum` adds floats with a correction from Python 3.12 on, and other kinds of number without; here every version and
every kind of number gives the same digits. A number that keeps account of what is done with it (it has methods `least`
and `greatest`) takes part in the choice of an extreme, instead of being asked which is smaller.

Arrays of such numbers are arrays of objects: numpy then does arithmetic by asking each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def total(numbers: Iterable[float]) -> float:
    """The sum, from left to right."""
    added = 0.0
    for x in numbers:
        added = added + x
    return added


_PLAIN = {float, int, np.float64, np.int64}  # asked first: nearly all numbers are


def least(a: float, b: float) -> float:
    """The smaller of two numbers; the first if they are equal."""
    if a.__class__ in _PLAIN and b.__class__ in _PLAIN:
        return b if b < a else a
    own = getattr(a, "least", None) or getattr(b, "least", None)
    return own(a, b) if own else min(a, b)


def greatest(a: float, b: float) -> float:
    """The greater of two numbers; the first if they are equal."""
    if a.__class__ in _PLAIN and b.__class__ in _PLAIN:
        return b if b > a else a
    own = getattr(a, "greatest", None) or getattr(b, "greatest", None)
    return own(a, b) if own else max(a, b)


def matters(coefficient: float) -> bool:
    """Whether a term is worth stating: not if its coefficient is 0. One that keeps account of itself may be 0 now and
    not later, so its term is stated; a term of 0 changes nothing."""
    if coefficient.__class__ in _PLAIN:
        return coefficient != 0
    return hasattr(coefficient, "least") or coefficient != 0


def vector(numbers: Sequence[float]) -> np.ndarray:
    """The numbers as an array, of objects if any of them is more than its value."""
    return np.array(numbers, dtype=float if set(map(type, numbers)) <= _PLAIN else object)


def mattering(coefficients: np.ndarray) -> np.ndarray:
    """`matters` of each."""
    if coefficients.dtype != object:
        return coefficients != 0
    return np.array([matters(c) for c in coefficients.flat], dtype=bool).reshape(coefficients.shape)
