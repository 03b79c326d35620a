"""Plans, cases or scenarios side by side: what differs, what of it is more than the solver's gap, and which inputs
explain it."""
