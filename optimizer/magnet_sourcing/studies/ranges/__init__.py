"""Uncertain numbers of a case: which, how far each may go, how surely, which move together, and samples of them."""
