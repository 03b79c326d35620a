"""How far the product goes on one machine, and what spreading costs. Two parts, one table each:

    python benchmarks/scale_out.py futures     one plan for 16, 64 and 256 futures: one model against decomposition
    python benchmarks/scale_out.py runs        studies of 1,000 runs: in process, pool, Dask

`--quick` does a small piece of each. docs/scale.md has the results and says what follows from them.
"""

from __future__ import annotations

import argparse

import scale_out_futures
import scale_out_runs


def main(arguments: list[str] | None = None) -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = options.add_subparsers(dest="part", required=True)
    for name, part in (("futures", scale_out_futures), ("runs", scale_out_runs)):
        asked = parts.add_parser(name, help=part.__doc__.splitlines()[0])
        asked.add_argument("--quick", action="store_true", help="a small piece, in a minute or two")
        part.add_options(asked)
        asked.set_defaults(measured=part.measured)
    given = options.parse_args(arguments)
    print(given.measured(given).to_string(index=False))


if __name__ == "__main__":
    main()
