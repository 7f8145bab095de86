"""Whatever goes wrong in a build: a clear error, the last good report, nothing left behind, and the next build right."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import faults
import proof
import pytest
from faults import DEMANDS, PLAIN, PROCESSES, TOLD, Base, Site, Try, disturbed, following, tidy, tree

pytestmark = [pytest.mark.long, pytest.mark.skipif(os.name == "nt", reason="faults of Unix: signals, modes, limits")]

PYTHON = sys.executable
ENGINES = ("fork", "kernel")
ERROR, SUCCESS = "error", "success"
FAULTS: dict = {}
LIMITED = "import os, resource, sys; n = int(sys.argv[1]); resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)); os.execv(sys.argv[2], sys.argv[2:])"
CLOSED = "import os, sys; os.close(int(sys.argv[1])); os.execv(sys.argv[2], sys.argv[2:])"
# A command whose `_build` lies on a disk in memory with so much room for more, in kB; what it leaves there is put into another folder.
SMALL = [
    "unshare",
    "--map-root-user",
    "--mount",
    "sh",
    "-c",
    """
kept=$1 room=$2; shift 2
mount -t tmpfs tmpfs _build && cp -a "$kept/." _build/ || exit 99
mount -o remount,size=$(($(df -k --output=used _build | tail -1) + room))k _build || exit 99
"$@"; code=$?
rm -rf "$kept" && cp -a _build "$kept" || exit 99
exit $code
""",
    "small",
]
# Every process of a build then finds the disk full as soon as it makes a file or folder below FULL.
FULL = """
import os, sys
full = os.environ.get("FULL", "")
def refuse(event, arguments):
    if event == "open" and (isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+") or arguments[2] & os.O_CREAT):
        path = arguments[0]
    elif event == "os.mkdir":
        path = arguments[0]
    else:
        return
    if isinstance(path, (str, bytes, os.PathLike)) and os.path.realpath(os.fsdecode(path)).startswith(full):
        raise OSError(28, "No space left on device", os.fsdecode(path))
if full:
    sys.addaudithook(refuse)
"""
# A build that kills itself at one of its renames, the last of which put the new report in the place of the old one.
KILLED = """
import os, signal, sys
from sourcebook import files
left, real = int(sys.argv.pop(1)), files.exchange
def count():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(lambda event, _: event == "os.rename" and count())
def exchange(one, other):
    count()
    done = real(one, other)
    count()
    return done
files.exchange = exchange
from sourcebook.cli import main
main()
"""


def fault(name: str, ends: str = ERROR):
    """Enter a function that tries a fault under the name that the published table has for it."""

    def enter(function):
        FAULTS[name] = ends, function
        return function

    return enter


def cells(base: Base, name: str, told: str, *tried: tuple[str, str], env=()) -> list[Try]:
    """Builds in which the third code cell of a notebook is one of these, each in an engine."""
    site, tries = base.site(name), []
    for engine, source in tried:
        before = tree(site.report)
        site.edit(3 - site.edition)
        site.cell(source)
        done = site.run("build", "--engine", engine, env=dict(env))
        tries.append(disturbed(site, f"{engine}: {source}", done, before, rf"notebooks/tally\.ipynb, cell 4: .*{told}"))
        site.mend()
        following(site, tidy(site, tries[-1]))
    return tries


@fault("a cell raises an error")
def raises(base):
    return cells(
        base,
        "raises",
        "ValueError: no such luck",
        *[(engine, "raise ValueError('no such luck')") for engine in ENGINES],
    )


@fault("a cell leaves with `SystemExit(0)`")
def leaves(base):
    return cells(base, "leaves", "SystemExit", *[(engine, "raise SystemExit(0)") for engine in ENGINES])


@fault("a cell ends its process with `os._exit(0)`")
def exits(base):
    return cells(base, "exits", "died", *[(engine, "import os; os._exit(0)") for engine in ENGINES])


@fault("the run's process or kernel is killed")
def killed_run(base):
    kill = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    return cells(base, "killed run", "died", *[(engine, kill) for engine in ENGINES])


@fault("the run is killed with the worker that started it")
def killed_worker(base):
    site, before = base.site("killed worker"), base.known[1, "html"]
    site.edit()
    site.cell("import os, signal; os.killpg(0, signal.SIGKILL)")
    tried = disturbed(site, "killpg", site.run(), before, r"notebooks/tally\.ipynb: its process died .* Run it again")
    site.mend()
    return [following(site, tidy(site, tried))]


@fault("a cell never ends")
def endless(base):
    told = "timed out after 10 seconds.*SOURCEBOOK_CELL_SECONDS"
    loops = [(engine, source) for engine in ENGINES for source in ("while True: pass", "import time; time.sleep(1000)")]
    return cells(base, "endless", told, *loops, env={"SOURCEBOOK_CELL_SECONDS": "10"}.items())


@fault("a cell takes memory until it is refused")
def memory(base):
    eat = (
        "import resource\nused = 4096 * int(open('/proc/self/statm').read().split()[0])\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 28),) * 2)\nheld = []\nwhile True: held.append(bytearray(1 << 24))"
    )
    # A kernel without memory may be unable to say that it has none; which cell it was is told by whoever waits for it.
    return cells(base, "memory", "", *[(engine, eat) for engine in ENGINES])


@fault("a cell writes without end")
def flood(base):
    writes = [
        "while True: print('x' * 1000)",
        "while True:\n    try: print('x')\n    except Exception: pass",
        "while True: display('x' * 1000)",
    ]
    return cells(
        base,
        "flood",
        r"the cell (writes more than 10|displays more than 100),000,000 characters",
        *[("fork", source) for source in writes],
    )


@fault("a notebook is empty, no JSON, no notebook, or has no parameters cell")
def no_notebook(base):
    site, tries = base.site("no notebook"), []
    path = site.top / "notebooks/tally.ipynb"
    bare = json.loads(path.read_text("utf-8"))
    bare["cells"] = [cell for cell in bare["cells"] if "parameters" not in cell["metadata"].get("tags", [])]
    for content in ("", "no JSON", "{}", "[]", path.read_text("utf-8")[:-300], json.dumps(bare)):
        before = tree(site.report)
        site.edit(3 - site.edition)
        path.write_text(content, "utf-8")
        tries.append(
            disturbed(
                site,
                content[:20],
                site.run(),
                before,
                r"notebooks/tally\.ipynb( cannot be read as a notebook .*restore it|, cell 2: NameError)",
            )
        )
        site.mend()
        following(site, tidy(site, tries[-1]))
    return tries


@fault("a notebook asks for a kernel that there is not", SUCCESS)
def other_kernel(base):
    """All of them are Python, whatever an editor wrote into them, and run as such."""
    site, tries = base.site("other kernel"), []
    path = site.top / "notebooks/tally.ipynb"
    for engine in ENGINES:
        site.edit(3 - site.edition)
        told = path.read_text("utf-8")
        path.write_text(told.replace('"name": "python3"', '"name": "no-such-kernel"'), "utf-8")
        assert path.read_text("utf-8") != told
        code, out, err = site.run("build", "--engine", engine)
        tried = Try(engine, {TOLD: "" if code == 0 else out + err, PLAIN: "" if "Traceback" not in err else err})
        tried.wrong[PROCESSES] = "; ".join(site.alive())
        site.mend()
        tries.append(following(site, tidy(site, tried)))
    return tries


@fault("the kernel cannot be started (`--engine kernel`)")
def no_kernel(base):
    site, before = base.site("no kernel"), base.known[1, "html"]
    site.edit()
    site.cell("1")
    (site.home / "ipykernel").mkdir()
    (site.home / "ipykernel/__init__.py").write_text("raise ImportError('there is no ipykernel here')\n")
    path = os.pathsep.join(filter(None, [str(site.home), os.environ.get("PYTHONPATH")]))
    done = site.run("build", "--engine", "kernel", env={"PYTHONPATH": path})
    tried = disturbed(site, "no ipykernel", done, before, r"notebooks/\w+\.ipynb.*[Kk]ernel")
    site.mend()
    return [following(site, tidy(site, tried))]


MOMENTS = {"html": 12, "kernel": 6, "all": 7, "package": 5}
WORDS = {
    "html": ("build",),
    "kernel": ("build", "--engine", "kernel"),
    "all": ("build", "--format", "all"),
    "package": ("package",),
}


def length(base: Base, site: Site, kind: str) -> float:
    """How long a whole build of this kind takes here and now."""
    site.edit(3 - site.edition)
    shutil.rmtree(site.top / "_build/cache/runs")
    began = time.monotonic()
    done = site.run(*WORDS[kind])
    assert done[0] == 0, done
    return time.monotonic() - began


def interrupted(base: Base, kind: str, numbers: int, signals: list, group: bool = False) -> list[Try]:
    """Builds that get a signal, each at another moment of the time that a whole one takes: one in each of `numbers` parts."""
    site, tries, chance = base.site(f"{kind} {signals[0].name}"), [], random.Random(f"{kind} {signals[0].name}")
    form = "all" if kind in ("all", "package") else "html"
    whole = length(base, site, kind)
    for number in range(numbers):
        before = tree(site.report)
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache/runs", ignore_errors=True)
        if number % 2:
            shutil.rmtree(site.top / "_build/cache", ignore_errors=True)
        how, moment = signals[number % len(signals)], whole * (number + chance.random()) / numbers
        process, killed = site.start(*WORDS[kind]), how == signal.SIGKILL
        while not killed and process.poll() is None and not list((site.top / "_build").glob(f".{faults.NAME}-*")):
            time.sleep(0.02)  # before Sourcebook itself is at work, it is Python that hears the signal
        try:
            out, err = process.communicate(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, how) if group else process.send_signal(how)
            out, err = process.communicate(timeout=60)
        code = process.returncode
        what = f"{kind}: {how.name} after {moment / whole:.0%}, exit code {code}"
        told = "" if code == 0 else "Stopped"  # it may have been quicker than the one that was measured
        tried = disturbed(site, what, (code, out, err), before, told, form)
        if killed:
            del tried.wrong[TOLD]
        tries.append(following(site, tidy(site, tried, killed), *WORDS[kind], form=form))
    return tries


@fault("`kill -9` at a random moment of a build", "killed")
def killed_build(base):
    return interrupted(base, "html", MOMENTS["html"], [signal.SIGKILL])


@fault("`kill -9` at a random moment, with kernels", "killed")
def killed_kernels(base):
    return interrupted(base, "kernel", MOMENTS["kernel"], [signal.SIGKILL])


@fault("`kill -9` at a random moment, with a PDF", "killed")
def killed_printing(base):
    return interrupted(base, "all", MOMENTS["all"], [signal.SIGKILL])


@fault("`kill -9` at a random moment of `sourcebook package`", "killed")
def killed_packing(base):
    return interrupted(base, "package", MOMENTS["package"], [signal.SIGKILL])


@fault("`kill -9` at each of the last steps, before and after folders change places", "killed")
def killed_swapping(base):
    site, tries, number = base.site("swapping"), [], 0
    while True:
        number += 1
        before = tree(site.report)
        site.edit(3 - site.edition)
        code, out, err = site.run(command=[PYTHON, "-c", KILLED, str(number)])
        if code == 0:
            break  # there are no more steps
        assert code == -signal.SIGKILL, (code, out, err)
        tried = disturbed(site, f"step {number}", (code, out, err), before, "x")
        del tried.wrong[TOLD]
        tries.append(following(site, tidy(site, tried, killed=True)))
    return tries


@fault("`Ctrl-C`, which all processes of a terminal hear")
def control_c(base):
    return interrupted(base, "html", 6, [signal.SIGINT], group=True) + interrupted(
        base, "kernel", 3, [signal.SIGINT], group=True
    )


@fault("a request to end (SIGTERM), or a terminal that is closed (SIGHUP)")
def asked_to_end(base):
    closed = interrupted(base, "html", 4, [signal.SIGHUP], group=True)  # as a terminal tells all that it started
    return interrupted(base, "html", 4, [signal.SIGTERM]) + closed


def stopped_serving(base, name: str, signals: list) -> list[Try]:
    """`sourcebook serve` gets a signal some time after an edit: while notebooks run, while pages are made, when all is shown."""
    site, tries = base.site(name), []
    for how, moment in zip(signals, (0.3, 1.5, 5)):
        before, killed = tree(site.report), how == signal.SIGKILL
        process = site.start("serve", "--port", "0", env={"PYTHONUNBUFFERED": "1"})
        while not (line := process.stdout.readline()).startswith("The report:"):
            assert line, process.communicate()
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache/runs")
        time.sleep(moment)
        process.kill() if killed else os.killpg(process.pid, how)
        out, err = process.communicate(timeout=60)
        tried = disturbed(site, f"{how.name} after {moment} s", (process.returncode, out, err), before, "")
        tried.wrong[TOLD] = "" if process.returncode == 0 and out.endswith("\nEnded.\n") else out + err
        if killed:
            del tried.wrong[TOLD]
        tries.append(following(site, tidy(site, tried, killed)))
    return tries


@fault("`kill -9` while `sourcebook serve` makes pages, or shows them", "killed")
def killed_serving(base):
    return stopped_serving(base, "killed serving", [signal.SIGKILL] * 3)


@fault("`Ctrl-C`, SIGTERM or SIGHUP while `sourcebook serve` makes pages, or shows them", SUCCESS)
def ended_serving(base):
    return stopped_serving(base, "ended serving", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


@fault("the disk is full: no file may grow beyond some bytes")
def full_disk(base):
    site, tries = base.site("full disk"), []
    largest = max(path.stat().st_size for path in site.report.rglob("*") if path.is_file())
    for size in (0, 1000, 30_000, 300_000, largest - 1):
        before = tree(site.report)
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache")
        done = site.run(prefix=[PYTHON, "-c", LIMITED, str(size)])
        tries.append(
            disturbed(
                site,
                f"{size} bytes",
                done,
                before,
                "(File too large|No space left|No usable temporary directory).*again",
            )
        )
        following(site, tidy(site, tries[-1]))
    return tries


def mounts() -> bool:
    """Whether the system lets us have a small disk."""
    tried = [*SMALL[:5], 'mount -t tmpfs -o size=64k tmpfs "$1"', "small", tempfile.gettempdir()]
    return bool(shutil.which("unshare")) and not subprocess.run(tried, capture_output=True).returncode


DISK = "the disk is full: a disk in memory with room for nothing, or for a part of a report"


@fault(DISK)
def small_disk(base):
    site, tries, kept = base.site("small disk"), [], "kept _build"
    whole = sum(path.stat().st_size for path in site.report.rglob("*") if path.is_file()) // 1000
    for part in (0, 0.01, 0.1, 0.5, 0.9):
        before = tree(site.report)
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache")
        (site.top / "_build").rename(site.top / kept)
        (site.top / "_build").mkdir()
        done = site.run(prefix=[*SMALL, kept, str(int(part * whole))])
        (site.top / "_build").rmdir()
        (site.top / kept).rename(site.top / "_build")
        tried = disturbed(site, f"{part:.0%} of {whole} kB", done, before, "No space left on device.*Make room")
        tries.append(following(site, tidy(site, tried)))
    return tries


@fault("the disk is full: no file can be made in `_build`")
def full_folder(base):
    site, before = base.site("full folder"), base.known[1, "html"]
    site.edit()
    done = site.run(env=full_below(site, site.top / "_build"))
    tried = disturbed(site, "_build", done, before, "No space left on device.*Make room")
    return [following(site, tidy(site, tried))]


@fault("the disk is full: no file can be made in the cache, or in the folder for temporary files", SUCCESS)
def full_aside(base):
    site, tries = base.site("full aside"), []
    for full in (site.top / "_build/cache", site.temporary):
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache", ignore_errors=True)
        tries.append(tidy(site, disturbed(site, full.name, site.run(env=full_below(site, full)), {}, "")))
    following(site, tries[-1])
    return tries


def full_below(site: Site, folder: Path) -> dict:
    (site.home / "sitecustomize.py").write_text(FULL)
    path = os.pathsep.join(filter(None, [str(site.home), os.environ.get("PYTHONPATH")]))
    return {"PYTHONPATH": path, "FULL": str(folder.resolve())}


def nobody() -> list[str]:
    """What makes a command that of a user without a name, a home or rights; of whoever runs the tests, unless that is root."""
    if os.geteuid():
        return []
    plain = ["setpriv", "--reuid", "54321", "--regid", "54321", "--clear-groups"]
    told = subprocess.run(
        [*plain, PYTHON, "-c", "import sys, sourcebook.cli; print(sys.base_prefix)"], capture_output=True, text=True
    )
    if told.stdout.strip() == sys.base_prefix:  # and not another Python, which it finds where it may not read this one
        return plain
    # Where this Python lies in root's own folder: a user that may read everything and write nothing of others.
    return [*plain, "--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]


def own(folder: Path, mine: bool) -> None:
    """Let the user without rights write into a folder and all below, or not."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(
                (0o755 if path.is_dir() else 0o644) | (0o222 if mine else 0) if mine or not os.geteuid() else 0o555
            )


HOMELESS = {"HOME": None, "USER": None, "LOGNAME": None}


@fault("`_build` may not be written, or not be made")
def read_only(base):
    site, before = base.site("read only"), base.known[1, "html"]
    site.edit()
    own(site.top / "_build", True)
    (site.top / "_build").chmod(0o555)
    done = site.run(prefix=nobody(), env=HOMELESS)
    first = disturbed(site, "_build", done, before, "_build.*Permission denied.*Let your user write there")
    (site.top / "_build").chmod(0o777)
    shutil.rmtree(site.top / "_build/cache/runs")
    (site.top / "_build").rename(site.top / "built")
    site.top.chmod(0o555)
    done = site.run(prefix=nobody(), env=HOMELESS)
    tried = Try("no _build", {TOLD: "" if done[0] == 1 and "Let your user write there" in done[2] else str(done)})
    tried.wrong[PLAIN] = "" if "Traceback" not in done[2] else done[2]
    tried.wrong[PROCESSES] = "; ".join(site.alive())
    site.top.chmod(0o755)
    (site.top / "built").rename(site.top / "_build")
    return [following(site, tidy(site, first)), tidy(site, tried)]


@fault("a cache that may not be written", SUCCESS)
def read_only_cache(base):
    site = base.site("read only cache")
    site.edit()
    shutil.rmtree(site.top / "_build/cache/runs")
    own(site.top / "_build", True)
    own(site.top / "_build/cache", False)
    tried = disturbed(site, "cache", site.run(prefix=nobody(), env=HOMELESS), {}, "")
    return [following(site, tidy(site, tried))]


@fault("a user without name, home or rights, and a checkout that only `_build` may be written of", SUCCESS)
def unprivileged(base):
    """Forked runs alone: a kernel needs a home to keep its connection in, and says so."""
    site = base.site("unprivileged")
    site.edit()
    shutil.rmtree(site.top / "_build/cache/runs", ignore_errors=True)
    own(site.top / "_build", True)
    done = site.run("build", prefix=nobody(), env=HOMELESS)
    return [following(site, tidy(site, disturbed(site, "fork", done, {}, "")))]


@fault("two builds of one report at once", SUCCESS)
def two_builds(base):
    site, tries = base.site("two builds"), []
    for pause in (0, 0.5):
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache/runs")
        one = site.start()
        time.sleep(pause)
        marks = [site.mark]
        other = site.start()
        marks.append(site.mark)
        for process, mark in zip((one, other), marks):
            done = process.communicate(timeout=300)
            site.mark = mark
            tries.append(disturbed(site, f"{pause} s", (process.returncode, *done), {}, ""))
        following(site, tidy(site, tries[-1]))
    return tries


@fault("two builds of different reports at once", SUCCESS)
def different_builds(base):
    site = base.site("different builds")
    site.edit()
    alone = base.site("different builds alone")
    alone.edit()
    assert alone.run("build", "--fresh", "-p", "size=4")[0] == 0
    (wanted,) = (alone.top / "_build").glob(f"{faults.NAME}-*")
    shutil.rmtree(site.top / "_build/cache/runs")
    one = site.start()
    first = site.mark
    other = site.start("build", "-p", "size=4")
    ended = [(process.communicate(timeout=300), process.returncode) for process in (one, other)]
    second = disturbed(site, "another", (ended[1][1], *ended[1][0]), {}, "")
    same = tree(site.top / "_build" / wanted.name) == tree(wanted)
    second.wrong[TOLD] = "" if not ended[1][1] and same else str(ended[1])
    site.mark = first
    return [
        following(site, tidy(site, disturbed(site, "own", (ended[0][1], *ended[0][0]), {}, "")), also={wanted.name}),
        second,
    ]


@fault("a page, the search index or a stored notebook of the report is cut off or gone", SUCCESS)
def cut_off(base):
    site, tries = base.site("cut off"), []
    names = (
        "html/notebooks/source.html",
        "html/searchindex.js",
        "html/index.html",
        "notebooks/source.ipynb",
    )
    for number, name in enumerate(names):
        path = site.report / name
        path.unlink() if number % 2 else os.truncate(path, path.stat().st_size // 2)
        tries.append(tidy(site, disturbed(site, name, site.run(), {}, "")))
    following(site, tries[-1])
    return tries


@fault("each file of the cache has one byte changed, is cut off, or is of another version", SUCCESS)
def damaged_cache(base):
    site, tries = base.site("damaged cache"), []

    def each(change):
        found = [path for path in (site.top / "_build/cache").rglob("*") if path.is_file()]
        assert len(found) > 5
        for path in found:
            change(path)

    for change in (
        lambda path: faults.flipped(path, 0),
        lambda path: faults.flipped(path, 0.3),
        lambda path: faults.flipped(path, 0.9),
        lambda path: faults.flipped(path, 1),
        lambda path: os.truncate(path, path.stat().st_size // 2),
        lambda path: os.truncate(path, 0),
        faults.other_version,
    ):
        site.edit(3 - site.edition)
        each(change)
        tries.append(tidy(site, disturbed(site, "cache", site.run(), {}, "")))
    following(site, tries[-1])
    return tries


def surroundings(base: Base, name: str, *each: tuple[dict, dict]) -> list[Try]:
    """Builds in some environments and with some options of subprocess, all of which have to succeed."""
    site, tries = base.site(name), []
    for env, more in each:
        site.edit(3 - site.edition)
        shutil.rmtree(site.top / "_build/cache/runs", ignore_errors=True)
        done = site.run(env=env, **more)
        tries.append(tidy(site, disturbed(site, f"{env} {more}", done, {}, "")))
    following(site, tries[-1])
    return tries


@fault("no `HOME`: not set, leading nowhere, or a file", SUCCESS)
def homeless(base):
    nowhere = [({"HOME": home}, {}) for home in (None, "/nowhere/at/all", __file__)]
    return surroundings(base, "homeless", *nowhere, ({"HOME": "/nowhere/at/all"}, {}))


@fault("no locale, or one that lacks the letters", SUCCESS)
def locales(base):
    bare = {"LC_ALL": "C", "LANG": None, "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    each = [
        bare,
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "cp1252"},
        {"LC_ALL": "xx_XX.nothing"},
        {"TERM": "dumb"},
    ]
    return surroundings(base, "lettersж 報告", *[(env, {}) for env in each])


@fault("output or input is closed", SUCCESS)
def closed(base):
    return surroundings(base, "closed", *[({}, {"prefix": [PYTHON, "-c", CLOSED, number]}) for number in "012"])


@fault("nobody reads the output any more (`sourcebook build | head -1`)")
def broken_pipe(base):
    site, before, tries = base.site("broken pipe"), base.known[1, "html"], []
    site.edit()
    site.cell("1")
    reader, writer = os.pipe()
    os.close(reader)
    process = site.start(stdout=writer)
    os.close(writer)
    err = process.communicate(timeout=300)[1]
    tries.append(disturbed(site, "| true", (process.returncode, "", err), before, "nobody reads"))
    site.mend()
    return [following(site, tidy(site, tries[0]))]


LONG = "a long name " * 14
PLACES = ["with  spaces", "не латиница 報告 ё", "a'quote\" and `these`", "100% #1 & [x]*? {y} $HOME ~", LONG.strip()]


@fault("a path with spaces, other letters, quotation marks, signs, or a long name", SUCCESS)
def places(base):
    tries = []
    for number, name in enumerate(PLACES):
        site = base.site(name)
        site.edit()
        if not number:
            shutil.rmtree(site.top / "_build")
        done = site.run()
        tries.append(tidy(site, disturbed(site, name, done, {}, "")))
    following(site, tries[-1])
    return tries


@fault("a checkout that is entered through a link", SUCCESS)
def linked(base):
    site = base.site("linked to")
    (site.top.parent / "a link").symlink_to(site.top, target_is_directory=True)
    site.edit()
    done = site.run(cwd=site.top.parent / "a link" / "data")
    return [following(site, tidy(site, disturbed(site, "link", done, {}, "")))]


@fault("a clock that was set back: all files are of a later year", SUCCESS)
def clock(base):
    site, tries = base.site("clock"), []
    for edition in (2, 1):
        site.edit(edition)
        for path in site.top.rglob("*"):
            if path.is_file() and not path.is_symlink() and ".git" not in path.parts:
                os.utime(path, (time.time() + 10**8,) * 2)
        tries.append(tidy(site, disturbed(site, "later", site.run(), {}, "")))
    following(site, tries[-1])
    return tries


@fault("a lock and half-made files that killed processes left", SUCCESS)
def stale(base):
    site = base.site("stale")
    site.edit()
    left = site.top / "_build"
    (left / ".lock").write_text("4194304\n")
    (left / f".{faults.NAME}-ab12cd34/report/html").mkdir(parents=True)
    (left / f".{faults.NAME}-ab12cd34/report/html/index.html").write_text("half")
    (left / ".live-zz__zz99/source").mkdir(parents=True)
    (left / "cache/runs/source/.0123.json.0a1b2c3d").write_text("half")
    return [following(site, tidy(site, disturbed(site, "left", site.run(), {}, "")))]


@fault("a port that is taken, for `sourcebook serve`")
def port(base):
    site, before = base.site("port"), base.known[1, "html"]
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        done = site.run("serve", "--port", str(number))
    tried = disturbed(site, "taken", done, before, f"The port {number} cannot be had.*--port")
    site.edit()
    return [following(site, tidy(site, tried))]


@fault("new files are for their owner only (umask 077)", SUCCESS)
def masked(base):
    return surroundings(base, "masked", ({}, {"umask": 0o077}))


@pytest.fixture(scope="module")
def tried():
    """Every fault, tried: two at a time, each in a checkout of its own."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    folder.chmod(0o755)
    wanted = os.environ.get("FAULTS", "")  # a part of a name, for who mends one
    chosen = {name: each for name, each in FAULTS.items() if wanted in name and (name != DISK or mounts())}
    try:
        base = Base(folder)
        base.printed()
        with ThreadPoolExecutor(2) as threads:
            running = {name: (ends, threads.submit(function, base)) for name, (ends, function) in chosen.items()}
        yield {name: (ends, each.exception() or each.result()) for name, (ends, each) in running.items()}
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=False)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_happens_to_a_build(tried, name):
    """It ends as it should, says why without a traceback, leaves the last good report, no process and no litter, and the
    next build is right.
    """
    if name not in tried:
        pytest.skip("FAULTS names others" if os.environ.get("FAULTS") else "the system lets no user have a small disk")
    if isinstance(tried[name][1], BaseException):
        raise tried[name][1]
    wrong = [f"{each.what}: {demand}: {why}" for each in tried[name][1] for demand, why in each.wrong.items() if why]
    assert tried[name][1] and not wrong, "\n".join(wrong)


def test_builds_are_killed_at_thirty_moments_and_more(tried):
    assert sum(MOMENTS.values()) >= 30
    assert sum(len(each) for name, (_, each) in tried.items() if "random moment" in name) == sum(MOMENTS.values())


def test_the_guide_shows_what_was_tried(tried):
    rows = [[name, str(len(each)), *row[1:]] for (name, (_, each)), row in zip(tried.items(), faults.table(tried))]
    proof.shows("faults", ["fault", "tried", "ends with", *DEMANDS], rows, aside=FAULTS.keys() - tried.keys())
