"""`report`: a plan, and studies of it, as one HTML file that opens offline."""
