"""One rank of a run: `mpiexec -n N python -m magnet_sourcing.decomposition FOLDER`, started by `ranks.over_ranks`.

The folder holds the request; rank 0 leaves steps and the result there. A rank that fails ends all of them at once:
the others would wait for it for ever.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

from .clock import Clock
from .ranks import Folder
from .request import Request, Step
from .running import finished
from .sppy import loaded


def main(path: str) -> None:
    from mpi4py import MPI

    folder, rank = Folder(Path(path)), MPI.COMM_WORLD.Get_rank()
    try:
        request: Request = folder.read("request")
        if MPI.COMM_WORLD.Get_size() != request.hedging.ranks:
            raise RuntimeError(
                f"mpiexec started {request.hedging.ranks} processes, but each sees {MPI.COMM_WORLD.Get_size()}: "
                "mpiexec and mpi4py are of different MPIs"
            )
        told = 0

        def report(step: Step) -> None:
            nonlocal told
            folder.tell(step, told)
            told += 1

        clock = Clock(request.hedging, lambda: folder.alive(rank), folder.asked_to_stop)
        result = finished(loaded(with_mpi=True), request, clock, report)
        early = not result.log  # seen by one rank only, perhaps: the others wait for it
        if rank == 0 or early:
            folder.write("result", result)
        if early:
            MPI.COMM_WORLD.Abort(0)
    except BaseException as reason:  # whatever it is, the other ranks must not wait
        traceback.print_exc()
        sys.stderr.flush()
        if rank == 0 or not isinstance(reason, KeyboardInterrupt):
            folder.write("error", _plain(reason))
        MPI.COMM_WORLD.Abort(1)


def _plain(reason: BaseException) -> BaseException:
    """What the starting process raises: our own refusals as they are, anything else in words."""
    from magnet_models import Refused

    from .request import MissingExtra, RanksFailed

    if isinstance(reason, (Refused, MissingExtra)):
        return reason
    return RanksFailed(f"a process failed with {type(reason).__name__}: {reason}")


if __name__ == "__main__":
    main(sys.argv[1])
