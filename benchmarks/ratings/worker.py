"""One method on one table in a process of its own: CPU seconds, peak memory and what came out, as one line of JSON.

python -m benchmarks.ratings.worker fit|bootstrap METHOD MODELS VOTES [REPLICATES]
"""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.ratings.methods import BOOTSTRAPS, FITS, table


def _cpu_s() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def main() -> None:
    kind, method, n_models, n_votes = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    replicates = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    small, frame = table(5, 500), table(n_models, n_votes)
    run = (lambda data: FITS[method](data)) if kind == "fit" else (lambda data: BOOTSTRAPS[method](data, replicates))
    FITS[method](small)  # what a package loads or compiles once is not counted
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cpu, wall = _cpu_s(), time.perf_counter()
    found = run(frame)
    figures = {
        "cpu_s": _cpu_s() - cpu,
        "wall_s": time.perf_counter() - wall,
        "added_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before_mb,
        "found": found,
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
