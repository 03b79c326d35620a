"""Studies: many solves of one case, each answering a question that a single plan leaves open."""
