"""Monte Carlo: many worlds drawn from the ranges of a case, what is best in each, and how plans fare in all of them."""
