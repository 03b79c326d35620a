"""Switching values: how far a number must move before the first decisions do."""
