"""What the tests give workers to do. It imports little: every worker imports it."""

import os
import signal
import sys
import threading
import time
from pathlib import Path

from sourcebook.errors import CaseError, Fault, RunError

NAMELESS = lambda: None  # noqa: E731  # no pipe takes it, for another reason than a lock


def process(_: int = 0) -> tuple[int, bool]:
    """The number of the process, and whether this is its main thread."""
    return os.getpid(), threading.current_thread() is threading.main_thread()


def imported(name: str) -> bool:
    return name in sys.modules


def threads() -> int:
    """How many threads the process has, those of libraries included."""
    status = Path("/proc/self/status")
    if not status.exists():
        return threading.active_count()
    return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("Threads:")))


def span(_: int) -> tuple[float, float]:
    """When it began and when it ended."""
    began = time.monotonic()
    time.sleep(0.05)
    return began, time.monotonic()


def meet(folder: Path, name: int, others: int) -> bool:
    """Whether so many are at it at the same time."""
    (folder / str(name)).touch()
    limit = time.monotonic() + 10
    while (met := len(list(folder.iterdir())) >= others) is False and time.monotonic() < limit:
        time.sleep(0.01)
    return met


def die_once(mark: Path) -> str:
    if not mark.exists():
        mark.touch()
        die()
    return "done"


def die(*_) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def linger(mark: Path, seconds: int) -> None:
    """Say which process this is, and stay so long."""
    partial = mark.with_suffix(".part")
    partial.write_text(str(os.getpid()))
    partial.rename(mark)
    time.sleep(seconds)


def fault(kind: str):
    if kind == "run":
        raise RunError("claims", 3, "ValueError: no such luck", "Mend it.")
    raise CaseError("fair", [Fault("claims.csv", "found “x”", "allowed are a, b", "mode", 4, "C02")])


class Closed(Exception):
    """Holds what no pipe takes."""

    def __init__(self):
        super().__init__("shut")
        self.lock = threading.Lock()


def unsendable(kind: str):
    if kind == "error":
        raise Closed
    return threading.Lock() if kind == "lock" else NAMELESS


def keep(folder: Path, who: int, times: int) -> bool:
    """Put results of a notebook into a cache and take them out again; whether each was found whole."""
    from sourcebook.cache import Cache

    found = []
    for number in range(times):
        cache = Cache(folder, lambda _, number=number: {"number": str(number)})
        before = cache.get(folder / "q.ipynb")
        cache.put(folder / "q.ipynb", f"{number} " * 10_000)
        found += [before, cache.get(folder / "q.ipynb")]
    return {text.split(" ", 1)[0] + str(len(text)) for text in found if text} == {
        f"{number}{len(f'{number} ' * 10_000)}" for number in range(times)
    }


def store(folder: Path, who: int, times: int) -> bool:
    """Open stores and put results into them; whether each was sound."""
    from sourcebook.store import Store

    sound = []
    for number in range(times):
        with Store(folder / f"{number}.sqlite") as store:
            store.put(f"of {who}", {"number": number})
            sound.append(not store.damaged)
    return all(sound)


def store_and_die(path: Path, keys: list[str]) -> None:
    from sourcebook.store import Store

    store = Store(path)
    for key in keys:
        store.put(key, {"key": key})
    die()
