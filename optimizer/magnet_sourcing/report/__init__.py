"""The report of a plan as one HTML page that opens by itself, without a network."""
