"""The benchmarks run, compare what both sides gave, and say a ratio; no time that they take decides a test."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "benchmarks"
SCRIPTS = sorted(path.name for path in FOLDER.glob("*.py") if path.name != "common.py")


def benchmark(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=FOLDER.parent, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_says_what_it_measures_and_has_a_small_size(name):
    text = " ".join(benchmark(str(FOLDER / name), "--help").split())
    assert "--quick" in text and re.search(r"usage: .*\.py .*[.;] ", text)


# The others take longer (a whole report from nothing, twice) or need the network (others.py).
@pytest.mark.long
@pytest.mark.parametrize("name", ["runs.py", "multiverse.py"])
def test_runs_at_its_smallest_size_and_ends_with_a_ratio(name):
    found = re.findall(r"^ratio: ([\d.]+) \(.+\)$", benchmark(str(FOLDER / name), "--quick"), re.MULTILINE)
    assert found and all(float(value) > 0 for value in found)


def test_the_curves_of_growth_say_how_many_times_each_quantity_grew(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(FOLDER)
    import growth

    found = {
        50: {"build, processor s": 14.0, "build, MB": 600.0},
        5000: {"build, processor s": 364.0, "build, MB": 660.0},
    }
    growth.drawn(found, tmp_path / "growth.svg")
    text = (tmp_path / "growth.svg").read_text("utf-8")
    for told in ("100 times the rows take 26 times the processor time", "processor time, × 26", "memory, × 1.1"):
        assert told in text
