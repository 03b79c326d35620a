"""Prices from a plan: what one more unit of each number is worth, and when what is not used would be.

See docs/prices.md. `holding` solves the linear programme that is left when a plan's whole numbers are held, `numbers`
says which numbers of a case have a price, `offers` which offers have an entry price, `tables` makes the plan tables.
"""

from .tables import price_tables, why_none

__all__ = ["price_tables", "why_none"]
