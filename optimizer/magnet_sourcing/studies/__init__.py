"""Studies: many solves of one case, each answering one question a planner asks."""
