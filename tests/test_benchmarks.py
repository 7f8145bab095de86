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
