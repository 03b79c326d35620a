"""Recording: how the arrays of a case follow from its numbers, noted once and worked out again for other numbers.

See docs/resolving.md. `tape` notes the steps, `number` is a number that has them noted, `replay` works them out again
with numpy, `recorded` makes a case of such numbers, `rebuild` says why a change cannot be worked out so, `derivative`
says how the arrays change with the numbers.
"""

from .derivative import Derivatives
from .rebuild import Kind, Rebuild
from .recorded import Recording

__all__ = ["Derivatives", "Kind", "Rebuild", "Recording"]
