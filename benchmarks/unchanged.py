"""A report in which nothing changed: `sourcebook build` again against `jupyter-book build` again."""

import argparse
import tempfile

from common import by_turns, call, copied, machine, median, medians, ratio, sourcebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="one round")
    options = parser.parse_args()
    machine("jupyter-book", "sphinx")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ours, theirs = copied(one), copied(other)
        sourcebook("build", cwd=ours)
        call("jupyter-book", "build", ".", "-q", cwd=theirs)
        times = by_turns(
            1 if options.quick else options.rounds,
            **{
                "sourcebook": lambda: sourcebook("build", cwd=ours),
                "jupyter-book": lambda: call("jupyter-book", "build", ".", "-q", cwd=theirs),
            },
        )
    medians(times)
    a, b = map(median, times.values())
    ratio(a / b, "time of sourcebook to jupyter-book's", "at most 0.1")


if __name__ == "__main__":
    main()
