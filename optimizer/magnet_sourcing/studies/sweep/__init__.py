"""Sweeps: one, two or more numbers of a case over given values; what changes, and where the decisions do."""
