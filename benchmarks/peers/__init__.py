"""The generated chains written in other modelling languages, each as its users write: one file each.

A file offers `build(data)` -> what it calls a model, `hand_over(model, options)` -> a HiGHS or a solver ready to run, and
`solve(model, handed)` -> the objective in millions, without `data.fixed`.
"""
