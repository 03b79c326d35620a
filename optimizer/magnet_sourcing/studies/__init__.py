"""Studies: many solves of one case that answer one question of a planner."""
