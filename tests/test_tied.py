"""A process that is tied to another ends when that one is gone, and not before."""

import os
import subprocess
import sys

from sourcebook import tied

WATCH = (
    "import os, sys, time; from sourcebook import tied; tied.watch(); print(os.environ.get(tied.TIED), flush=True); "
)
OTHER = """
import os, subprocess, sys
from sourcebook import tied
with tied.tie() as tie:
    child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdout=subprocess.PIPE, **tie)
    child.stdout.readline()
    sys.stdout.buffer.write(b"%d" % child.pid)
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
"""


def test_it_ends_when_the_other_is_killed():
    """Both hold our pipe for errors, so this waits for both; for a minute, and in vain, where one stays."""
    command = [sys.executable, "-c", OTHER, f"{WATCH} time.sleep(600)"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == -9 and int(done.stdout) > 0


def test_it_comes_to_its_own_end_while_the_other_is_there_and_its_children_are_not_told():
    with tied.tie({**os.environ, "MORE": "1"}) as tie:
        assert tie["env"]["MORE"] == "1"
        done = subprocess.run([sys.executable, "-c", f"{WATCH} sys.exit(7)"], stdout=subprocess.PIPE, **tie)
    assert done.returncode == 7 and done.stdout.split() == [b"None"]


def test_a_process_that_is_not_tied_goes_on_whatever_its_input_is():
    done = subprocess.run([sys.executable, "-c", f"{WATCH} time.sleep(0.5); sys.exit(7)"], stdin=subprocess.DEVNULL)
    assert done.returncode == 7
