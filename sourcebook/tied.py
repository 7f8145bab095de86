"""A process that another one starts, tied to it: when that one is gone, however it went, this one goes too.

The tie is the input of the process that is tied: a pipe that nobody writes into, and that the system closes when the other
process is gone.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

TIED = "SOURCEBOOK_TIED"  # tells a process that its input is such a pipe


@contextmanager
def tie(environment: Mapping[str, str] = os.environ) -> Iterator[dict]:
    """What subprocess needs for a process that is tied to this one while the block runs: its input and environment."""
    theirs, ours = os.pipe()
    try:
        yield {"stdin": theirs, "env": {**environment, TIED: "1"}}
    finally:
        os.close(ours)
        os.close(theirs)


def watch() -> None:
    """In a process that may be tied: if it is, end as soon as the other one is gone."""
    if os.environ.pop(TIED, ""):
        threading.Thread(target=_end, daemon=True).start()


def _end() -> None:
    os.read(0, 1)
    os._exit(1)
