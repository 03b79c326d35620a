"""`explain`: why a case has no plan, in the words of its sheets, and what would give it one."""
