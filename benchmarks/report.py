"""A whole report from nothing: `sourcebook build` against papermill once a notebook and `jupyter-book build`."""

import argparse
import shutil
import tempfile
from pathlib import Path

from common import by_turns, call, copied, machine, median, medians, ratio, same, sourcebook


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round")
    options = parser.parse_args()
    machine("jupyter-book", "papermill", "ipykernel")
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        from sourcebook import paths

        ours, theirs = copied(one), copied(other)

        def build():
            shutil.rmtree(ours / paths.BUILD, ignore_errors=True)
            sourcebook("build", cwd=ours)

        def plain():
            shutil.rmtree(theirs / paths.BUILD, ignore_errors=True)
            for notebook in paths.notebooks(theirs):
                call("papermill", notebook, notebook, "-k", "python3", "--no-progress-bar", cwd=theirs)
            call("jupyter-book", "build", ".", "-q", cwd=theirs)

        times = by_turns(
            1 if options.quick else options.rounds, **{"sourcebook": build, "papermill and jupyter-book": plain}
        )
        report = ours / paths.BUILD / paths.default_case(ours)
        for notebook in paths.notebooks(theirs):
            same(report / paths.NOTEBOOKS / notebook.name, notebook, notebook.stem)
        pages = [
            {path.name for path in Path(html).rglob("*.html")} for html in (report / "html", theirs / "_build" / "html")
        ]
        told = (
            "notebooks' outputs equal, pages the same"
            if pages[0] == pages[1]
            else f"pages differ: {pages[0] ^ pages[1]}"
        )
    medians(times)
    a, b = map(median, times.values())
    ratio(a / b, f"time of sourcebook to the others'; {told}", "at most 0.4")


if __name__ == "__main__":
    main()
