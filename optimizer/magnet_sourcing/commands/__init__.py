"""The verbs of the command line, one file each. Heavy modules are imported inside the commands."""
