"""The table `studies` of a case: studies asked for in the workbook, checked, run, and written one file each."""
