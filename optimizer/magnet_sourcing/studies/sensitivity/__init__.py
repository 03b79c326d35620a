"""Sensitivity: which numbers matter, which decisions change at their ends, and how much rests on weak numbers."""
