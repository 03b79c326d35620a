"""Studies: questions that take many solves of one case. Each starts from a `Problem`, built once."""
