"""The benchmarks are scripts beside the packages: here they are found as the scripts find each other."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
