"""Why this and not that: the evidence for each decision, and the one-page brief made of it."""
