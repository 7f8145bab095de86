"""The same runs by other tools: ploomber-engine (notebooks in one process) and boba (a multiverse of scripts).

Both are installed into a throwaway environment that sees this one's packages, so that all sides run the same versions.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from common import by_turns, call, cells, copied, machine, median, medians, ratio
from runs import sets, takes

# Run by the environment's own Python: all parameter sets, one after another, in one process.
PLOOMBER = """\
import json, sys
from ploomber_engine import execute_notebook
top, notebook, out, given = sys.argv[1:]
for place, values in json.loads(given):
    execute_notebook(notebook, f"{out}/{place}.ipynb", parameters=values, progress_bar=False, cwd=top)
"""
# A universe: the notebook's cells as a script, what they glue caught. {{var}} is boba's placeholder for a choice.
TEMPLATE = """\
# --- (BOBA_CONFIG)
%(config)s
# --- (END)
import json, os, runpy
from pathlib import Path
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
os.chdir(%(top)r)
given = {%(given)s}
shell = InteractiveShell.instance()
with capture_output() as caught:
    for cell in json.loads(Path(%(cells)r).read_text()):
        shell.run_cell(cell).raise_error()
        shell.push(given)
glued = {o.metadata["scrapbook"]["name"]: o.data for o in caught.outputs if "scrapbook" in (o.metadata or {})}
Path(%(out)r, "{{_n}}.json").write_text(json.dumps(glued))
"""
GRID = {"min_credibility": 6, "include_unnamed": 2}  # how often runs.sets varies what


def environment(folder: Path) -> Path:
    """A Python with both tools, and with everything that this one has."""
    call(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    python = next(path for path in (folder / "bin" / "python", folder / "Scripts" / "python.exe") if path.exists())
    site = Path(call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    ours = [path for path in sys.path[1:] if path.endswith("site-packages")] + [str(Path(__file__).parents[1])]
    (site / "ours.pth").write_text("\n".join(ours))
    call(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "ploomber-engine", "boba", cwd=folder)
    return python


def named(path: Path) -> dict:
    """What an executed notebook glued."""
    found = [
        output
        for cell in cells(path)
        for output in cell.get("outputs", [])
        if "scrapbook" in output.get("metadata", {})
    ]
    return {output["metadata"]["scrapbook"]["name"]: output["data"] for output in found}


def bare(path: Path) -> list:
    """The outputs without the displays' metadata, which ploomber-engine drops."""
    found = [output for cell in cells(path) for output in cell.get("outputs", [])]
    return [{key: value for key, value in output.items() if key != "metadata"} for output in found]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--notebook", default="claims")
    parser.add_argument("--sets", type=int, default=12, choices=(4, 6, 8, 10, 12), help="parameter sets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--python", type=Path, help="of an environment that has both tools and the project; made unless given"
    )
    parser.add_argument("--quick", action="store_true", help="four sets, one round")
    options = parser.parse_args()
    if options.quick:
        options.sets, options.rounds = 4, 1
    machine("papermill", "pandas")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        top, python = copied(name), options.python or environment(folder / "venv")
        versions = "from importlib.metadata import version as v; print('ploomber-engine', v('ploomber-engine') + ', boba', v('boba'))"
        print(call(python, "-c", versions, cwd=folder).strip())
        notebook = top / "notebooks" / f"{options.notebook}.ipynb"
        found = list(enumerate(sets(options.sets, takes(notebook))))
        out = {side: folder / side for side in ("sourcebook", "ploomber", "boba")}
        for each in out.values():
            each.mkdir()

        def sourcebook() -> None:
            runs = Path(__file__).with_name("runs.py")
            call(sys.executable, runs, "--forked", top, notebook, options.sets, 1, out["sourcebook"], cwd=top)

        def ploomber() -> None:
            """Two processes side by side, half of the runs each."""
            halves = [json.dumps(found[start::2]) for start in range(2)]
            words = [[python, "-c", PLOOMBER, top, notebook, out["ploomber"], half] for half in halves]
            both = [
                subprocess.Popen(list(map(str, each)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                for each in words
            ]
            for process in both:
                told = process.communicate()[0]
                if process.returncode:
                    sys.exit(f"ploomber-engine failed:\n{told.decode()}")

        code = [
            "".join(cell["source"]) for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"
        ]
        (folder / "cells.json").write_text(json.dumps(code))
        values = {key: list(dict.fromkeys(each[key] for _, each in found)) for key in GRID}
        config = {"decisions": [{"var": key, "options": list(map(repr, each))} for key, each in values.items()]}
        given = ", ".join(f'"{key}": {{{{{key}}}}}' for key in values)
        script = {"config": json.dumps(config), "top": str(top), "given": given, "cells": str(folder / "cells.json")}
        (folder / "template.py").write_text(TEMPLATE % (script | {"out": str(out["boba"])}))

        def boba() -> None:
            start = [python, "-c", "from boba.cli import main; main()"]
            call(*start, "compile", "--script", "template.py", cwd=folder)
            # boba calls whatever `python` comes first in PATH
            env = {**os.environ, "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}
            told = subprocess.run(
                [*map(str, start), "run", "--all", "--jobs", "2"], cwd=folder, env=env, capture_output=True, text=True
            )
            if told.returncode or "error" in told.stdout:
                sys.exit(f"boba failed:\n{told.stdout}{told.stderr}")

        times = by_turns(options.rounds, sourcebook=sourcebook, ploomber=ploomber, boba=boba)
        for place, _ in found:
            one, other = (out[side] / f"{place}.ipynb" for side in ("sourcebook", "ploomber"))
            if bare(one) != bare(other):
                sys.exit(f"ploomber-engine's outputs differ with {found[place][1]}; the times mean nothing.")
            if named(one) != json.loads((out["boba"] / f"{place + 1}.json").read_text()):
                sys.exit(f"boba's results differ with {found[place][1]}; the times mean nothing.")
        lost = not any(named(out["ploomber"] / f"{place}.ipynb") for place, _ in found)
    medians(times)
    print("runs a second: " + ", ".join(f"{side} {len(found) / median(each):.2f}" for side, each in times.items()))
    note = "outputs equal" + (
        ", but it drops the displays' metadata, and with it the names of glued values" if lost else ""
    )
    ours = median(times["sourcebook"])
    ratio(median(times["ploomber"]) / ours, f"rate of sourcebook to two processes of ploomber-engine; {note}")
    ratio(median(times["boba"]) / ours, "rate of sourcebook to boba with two jobs; named values equal")


if __name__ == "__main__":
    main()
