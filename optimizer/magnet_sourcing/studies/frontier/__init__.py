"""The frontier: plans that trade one measure against another, each with its proof."""
