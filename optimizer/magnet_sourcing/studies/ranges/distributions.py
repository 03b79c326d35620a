"""How an uncertain number is spread between its ends: quantile functions.

'triangular': low and high are the ends, the case's number (base) is the most likely value.
'uniform': low and high are the ends, anything between is as likely; base plays no part.
'normal': low and high are the 5 % and the 95 % point and base the median; if base is not in the middle, the two halves
have different widths (half of all samples lie on each side). 'lognormal': the same for the logarithm.

The three points of the last two are those elicited and used in practice (P5, P50, P95: Keefer and Bodily,
"Three-Point Approximations for Continuous Random Variables", Management Science 29(5), 1983).
"""

from __future__ import annotations

import math
from statistics import NormalDist

NORMAL = NormalDist()
# The 95 % point of a standard normal number, 1.645.
TAIL = NORMAL.inv_cdf(0.95)


def quantile(distribution: str, low: float, base: float, high: float, q: float) -> float:
    """The value that a share q (0-1) of samples stays below; low <= base <= high. Raises ValueError for another q."""
    if not 0 <= q <= 1:
        raise ValueError(f"a quantile is from 0 to 1, not {q:g}")
    return {"triangular": _triangular, "uniform": _uniform, "normal": _normal, "lognormal": _lognormal}[distribution](
        low, base, high, q
    )


def _triangular(low: float, base: float, high: float, q: float) -> float:
    """Inverse of F(x) = (x - low)^2 / ((high - low) (base - low)) up to base, and its mirror image above."""
    width = high - low
    if width == 0:
        return base
    if q * width <= base - low:
        return low + math.sqrt(q * width * (base - low))
    return high - math.sqrt((1 - q) * width * (high - base))


def _uniform(low: float, base: float, high: float, q: float) -> float:
    return low + q * (high - low)


def _normal(low: float, base: float, high: float, q: float) -> float:
    """base + (end - base) z / 1.645, the end that of z's side."""
    z = standard(q) / TAIL
    return base + abs(z) * ((high if z > 0 else low) - base)


def _lognormal(low: float, base: float, high: float, q: float) -> float:
    """base (end / base)^(z / 1.645), the end that of z's side. Needs low > 0."""
    z = standard(q) / TAIL
    return float(base * ((high if z > 0 else low) / base) ** abs(z))


def standard(q: float) -> float:
    """The standard normal number of a quantile; those of 0 and 1 as of the nearest number a computer tells apart."""
    return NORMAL.inv_cdf(min(max(q, 1e-16), 1 - 1e-16))
