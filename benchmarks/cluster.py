"""The same multiverse on a Dask cluster of two workers and by two local workers; and with one worker killed.

The cluster stands already and has run before, as clusters do; the local workers begin with each command."""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

from common import by_turns, copied, dask, machine, median, medians, ratio, sourcebook
from multiverse import planned, start, stored, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="at least so many")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="the smallest sample, one round")
    options = parser.parse_args()
    machine("distributed", "papermill")
    with tempfile.TemporaryDirectory() as folder:
        top, tables = copied(folder), {}
        size, total = planned(top, 1 if options.quick else options.runs)
        print(f"{size:,} specifications, {total:,} runs")

        def swept(side: str, *words) -> None:
            shutil.rmtree(top / "_build", ignore_errors=True)
            sourcebook("multiverse", "--sample", size, *words, cwd=top)
            tables[side] = table(top)

        with dask(Path(folder, "dask"), 2) as (address, workers):
            sourcebook("multiverse", "--sample", size, "--dask", address, cwd=top)  # the workers' first imports
            times = by_turns(
                1 if options.quick else options.rounds,
                local=lambda: swept("local", "--workers", 2),
                dask=lambda: swept("dask", "--dask", address),
            )
            shutil.rmtree(top / "_build")
            sweep = start(top, size, "--dask", address)
            while stored(top) < total / 3 and sweep.poll() is None:
                time.sleep(0.05)
            workers[0].kill()
            print(
                f"a worker killed with {stored(top):,} of {total:,} results stored: {sweep.communicate()[0].splitlines()[0]}"
            )
            tables["killed"] = table(top)
    if sweep.returncode or len(set(tables.values())) != 1:
        sys.exit("the tables differ")
    medians(times)
    print("runs a second: " + ", ".join(f"{side} {total / median(found):.2f}" for side, found in times.items()))
    told = "rate on Dask to the local rate, start of the command included; tables equal, also with a worker killed"
    ratio(median(times["local"]) / median(times["dask"]), told, "at least 0.8")


if __name__ == "__main__":
    main()
