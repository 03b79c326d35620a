"""What else could be done: plans that make other choices, and what insisting on or banning each option costs."""
