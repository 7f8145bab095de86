"""A small but real checkout in which builds are disturbed, and what is demanded of a build whatever happens to it.

Each try begins with a good report, of the record as it was. A page is then edited, so that an old report, a new one and a
mixture of both can be told apart, and a build is disturbed. Then the cause is mended, and the next build must give the very
bytes of a build from nothing.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import scratch
import yaml

ROOT = Path(__file__).resolve().parents[1]
NAME, MARK, CLI = "weir", "SOURCEBOOK_FAULT_MARK", [sys.executable, "-m", "sourcebook.cli"]
TOLD, PLAIN, REPORT, PROCESSES, LITTER, NEXT = DEMANDS = (
    "ends as it should", "no traceback", "report whole", "no process left", "nothing left lying", "next build right",
)  # fmt: skip
TALLY = "from sourcebook import show\nshow.glue({'total': size * 10})"
INDEX = "# The weir\n\n{{computed}}`source/finding` Edition {edition}: {{computed}}`tally/total`.\n"
PATIENCE = 30  # seconds in which the processes of a build that ended must be gone
FINISHED = {NAME, "cache", ".lock", "packages"}  # all that a build may leave in _build


@dataclass
class Try:
    """One disturbed build: for each demand that was put to it, what was wrong, or nothing."""

    what: str
    wrong: dict[str, str] = field(default_factory=dict)


def tree(folder: Path) -> dict[str, str]:
    """The digests of a report's files, without its stamp, which holds the clock's times."""
    found = scratch.tree(folder)
    found.pop("build.json", None)
    return found


def checkout(top: Path) -> Path:
    """A second case of the project with one of its notebooks and a small one to break, under version control."""
    for name in (f"data/{NAME}", "book", "notebooks"):
        (top / name).mkdir(parents=True)
    without = shutil.ignore_patterns("multiverse.yml", "outcomes.*")  # of notebooks that are not here
    shutil.copytree(ROOT / "data" / NAME, top / "data" / NAME, ignore=without, dirs_exist_ok=True)
    for name in ("book/references.bib", "notebooks/source.ipynb", "requirements.lock", ".gitignore", "_config.yml"):
        shutil.copy(ROOT / name, top / name)
    config = yaml.safe_load((top / "_config.yml").read_text("utf-8"))
    config["sphinx"]["config"]["sourcebook_case"] = f"data/{NAME}"
    (top / "_config.yml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    chapters = [{"file": "notebooks/source"}, {"file": "notebooks/tally"}]
    (top / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "book/index", "chapters": chapters}))
    scratch.notebook(top / "notebooks/tally.ipynb", TALLY)
    (top / "book/index.md").write_text(INDEX.format(edition=1), "utf-8")
    scratch.git(top, "init", "-q")
    scratch.git(top, "add", "-A")
    scratch.git(top, "commit", "-qm", "as checked out")
    return top


class Site:
    """A checkout of its own for one fault, with the good report of edition 1 and what the build of it stored."""

    def __init__(self, base: "Base", top: Path):
        self.base, self.top, self.edition = base, top, 1
        self.home, self.temporary = top.parent / f"{top.name[:40]} home", top.parent / f"{top.name[:40]} tmp"
        shutil.copytree(base.top, top, symlinks=True)
        for folder in (self.home, self.temporary):
            folder.mkdir()
            folder.chmod(0o777)

    @property
    def report(self) -> Path:
        return self.top / "_build" / NAME

    def edit(self, edition: int = 2) -> None:
        self.edition = edition
        (self.top / "book/index.md").write_text(INDEX.format(edition=edition), "utf-8")

    def cell(self, source: str) -> None:
        scratch.notebook(self.top / "notebooks/tally.ipynb", TALLY, source)

    def mend(self) -> None:
        scratch.git(self.top, "checkout", "-q", "--", "notebooks", "data")

    def start(self, *words: str, env: dict | None = None, prefix=(), cwd: Path | None = None, command=CLI, **more):
        """Start a command, marked, so that every process that comes of it is known; None takes a variable away."""
        self.mark = uuid.uuid4().hex
        told = {"HOME": str(self.home), "TMPDIR": str(self.temporary), "NO_COLOR": "1", MARK: self.mark, **(env or {})}
        told = {name: value for name, value in {**os.environ, **told}.items() if value is not None}
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **more}
        return subprocess.Popen(
            [*prefix, *command, *(words or ("build",))], cwd=cwd or self.top, env=told, encoding="utf-8", errors="replace",
            start_new_session=True, **more,
        )  # fmt: skip

    def run(self, *words: str, **more) -> tuple[int, str, str]:
        process = self.start(*words, **more)
        out, err = process.communicate(timeout=300)
        return process.returncode, out or "", err or ""

    def alive(self) -> list[str]:
        """The processes of the last command that are still there, after they had time to go."""
        return lingering(self.mark)


class Base:
    """The checkout that all sites are copies of, and what a build from nothing gives for each edition and format."""

    def __init__(self, folder: Path):
        self.folder, self.top, self.known = folder, checkout(folder / "base"), {}
        made = Site(self, folder / "first")
        for edition in (2, 1):
            made.edit(edition)
            shutil.rmtree(made.top / "_build", ignore_errors=True)
            done = made.run()
            assert done[0] == 0, done
            self.known[edition, "html"] = tree(made.report)
        shutil.copytree(made.top / "_build", self.top / "_build")
        assert self.known[1, "html"] != self.known[2, "html"]

    def printed(self) -> None:
        """Know the reports with a PDF, too."""
        made = Site(self, self.folder / "printed")
        for edition in (1, 2):
            made.edit(edition)
            shutil.rmtree(made.top / "_build")
            done = made.run("build", "--format", "all")
            assert done[0] == 0, done
            self.known[edition, "all"] = tree(made.report)

    def site(self, name: str) -> Site:
        return Site(self, self.folder / name)


def marked(mark: str) -> list[str]:
    """The processes whose environment holds the mark, by what they are called."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")[:200])
    return found


def lingering(mark: str) -> list[str]:
    """Those that are still there after they had time to go."""
    limit = time.monotonic() + PATIENCE
    while (found := marked(mark)) and time.monotonic() < limit:
        time.sleep(0.1)
    return found


def disturbed(site: Site, what: str, done: tuple[int, str, str], before: dict, told: str, form: str = "html") -> Try:
    """Judge a disturbed build. told: what its error has to say (a regular expression), or nothing where it is to succeed."""
    code, out, err = done
    tried, now = Try(what), tree(site.report)
    if told:
        well = code not in (0, None) and re.search(told, err, re.DOTALL)
    else:
        well = code == 0 and now == site.base.known[site.edition, form]
    tried.wrong[TOLD] = "" if well else f"exit code {code}: {(out + err)[-2000:]}"
    tried.wrong[PLAIN] = "" if "Traceback" not in out + err else err[-2000:]
    good = [before] + [known for (edition, _), known in site.base.known.items() if edition == site.edition]
    tried.wrong[REPORT] = "" if now in good else f"{differing(before, now)}"
    tried.wrong[PROCESSES] = "; ".join(site.alive())
    return tried


def tidy(site: Site, tried: Try, killed: bool = False) -> Try:
    """Hold a try to what may lie about: nothing where a user sees it; after `kill -9` the system's own folder is let be."""
    seen = [line for line in scratch.git(site.top, "status", "--porcelain").splitlines() if line.startswith("??")]
    if not killed:
        # In the system's own folder IPython leaves one of its own where there is no home, and Jupyter the file by which
        # it spoke with a kernel that was running when another notebook failed.
        seen += [path.name for path in site.temporary.iterdir() if not re.fullmatch(r"tmp\w+(\.json)?", path.name)]
        seen += sorted({path.name for path in (site.top / "_build").glob(".*")} - {".lock"})
    tried.wrong[LITTER] = ", ".join(seen)
    return tried


def following(site: Site, tried: Try, *words: str, form: str = "html", also=frozenset(), **more) -> Try:
    """Build once more, undisturbed: the report is that of a build from nothing, and all litter is gone."""
    code, out, err = site.run(*words, **more)
    right = code == 0 and tree(site.report) == site.base.known[site.edition, form]
    tried.wrong[NEXT] = "" if right else f"exit code {code}: {(out + err)[-2000:]}"
    built = site.top / "_build"
    left = {path.name for path in built.iterdir()} - FINISHED - also
    left |= {path.name for path in built.rglob(".*")} - {".lock", ".nojekyll", ".buildinfo"}
    if left:
        tried.wrong[LITTER] = f"{tried.wrong.get(LITTER, '')} after the next build: {sorted(left)}"
    return tried


def differing(one: dict, other: dict) -> str:
    names = [name for name in sorted(one | other) if one.get(name) != other.get(name)]
    return f"{len(names)} of {len(one | other)} files differ: {names[:8]}" if other else "there is none"


def table(tries: dict[str, tuple[str, list[Try]]]) -> list[list]:
    """The rows of the published table."""
    rows = []
    for fault, (ends, each) in tries.items():
        cells = []
        for demand in DEMANDS:
            put = [tried.wrong[demand] for tried in each if demand in tried.wrong]
            met = sum(not wrong for wrong in put)
            cells.append(f"{met} of {len(put)}" if put else "—")
        rows.append([fault, ends, *cells])
    return rows


def flipped(path: Path, place: float) -> None:
    """Change one bit of the byte that lies at this part of a file."""
    content = bytearray(path.read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    path.write_bytes(content)


def other_version(entry: Path) -> None:
    """Make a stored result one that another version wrote: made from other code, kept under the same name."""
    told = json.loads(entry.read_text("utf-8"))
    if "made" in told:
        told["made"]["sourcebook/run.py"] = "0" * 64
    else:
        told = {"format": 2, "svg": told["text"]}
    entry.write_text(json.dumps(told), "utf-8")
