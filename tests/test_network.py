"""Nothing that a user runs asks anybody outside: not for data, not to report on its user."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from scratch import ROOT, checkout

pytestmark = pytest.mark.long

# Python imports this at the start of each process: it writes down whatever would reach outside, and refuses it.
WATCH = """\
import os, sys
def watch(event, given):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = given[1]
        outside = isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost")  # not a path: a socket of this machine
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        outside = given[0] not in (None, "", "127.0.0.1", "::1", "localhost", b"localhost")
    else:
        return
    with open(os.environ["WATCHED"], "a") as log:
        log.write(f"{'outside' if outside else 'inside'} {event} {given[1:] if event == 'socket.connect' else given}\\n")
    if outside:
        raise OSError("nobody outside may be asked")
sys.addaudithook(watch)
with open(os.environ["WATCHED"], "a") as log:
    log.write("process\\n")
"""


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    """Run a command with every Python process that it starts watched, and without a network where the system allows that."""
    folder = tmp_path_factory.mktemp("watch")
    (folder / "sitecustomize.py").write_text(WATCH)
    alone = ["unshare", "--map-root-user", "--net"] if shutil.which("unshare") else []
    if alone and subprocess.run([*alone, "true"], capture_output=True).returncode:
        alone = []

    def run(top: Path, *words: str) -> list[str]:
        log = folder / "log"
        log.write_text("")
        path = os.pathsep.join([str(folder), str(ROOT)])
        env = {**os.environ, "PYTHONPATH": path, "WATCHED": str(log), "NO_COLOR": "1"}
        done = subprocess.run([*alone, sys.executable, *words], cwd=top, env=env, capture_output=True, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
        return log.read_text().splitlines()

    return run


def test_whoever_asks_outside_is_noticed(watch, tmp_path):
    """Else the tests below could not fail."""
    asks = "import socket, subprocess, sys\ntry: socket.socket().connect(('192.0.2.1', 80))\nexcept OSError: pass\n"
    child = f"import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-P', '-c', {asks!r}]))"
    told = watch(tmp_path, "-c", child)
    assert told.count("process") == 2 and [
        line for line in told if line.startswith("outside socket.connect") and "192.0.2.1" in line
    ]


def test_what_a_user_runs_asks_nobody_outside(watch, tmp_path):
    top = checkout(tmp_path / "checkout")
    config = top / "_config.yml"
    config.write_text(config.read_text("utf-8").replace("data/hockey", "data/weir"), "utf-8")
    asked = {}
    for words in ("check", "build", "multiverse --sample 8", "package", "verify PACKAGE", "diff weir PACKAGE"):
        made = [str(path) for path in (top / "_build" / "packages").glob("*.zip")]
        command = [made[0] if word == "PACKAGE" else word for word in words.split()]
        asked[words] = watch(top, "-m", "sourcebook.cli", *command)
    assert all("process" in lines for lines in asked.values())
    assert asked["build"].count("process") > 1, "the processes that build were not watched"
    assert not [line for lines in asked.values() for line in lines if line.startswith("outside")]
