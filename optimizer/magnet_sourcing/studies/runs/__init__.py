"""Many solves of one case: what each is about, solving them on any engine, and gathering the answers."""
