"""The code cells of one notebook, turned into their outputs, in a process of their own: the child's side of the engine."""

import json
import os
import sys
import traceback
from multiprocessing.connection import Connection

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from jupyter_client.jsonutil import json_default

from sourcebook.workers import GONE

# Characters that a cell may write to its streams, and that what it displays may have as JSON: nobody reads the first, but the
# register of 50,000 rows takes some forty million of the second.
MOST = {"write": 10_000_000, "display": 100_000_000}
# Of the cell that is running: in nbformat's form, but for the text of streams, which is a list of pieces; and their sizes.
outputs: list[dict] = []
sizes = dict.fromkeys(MOST, 0)


class Flood(BaseException):
    """The cell has more output than any page could show, perhaps without end."""


def put(output: dict) -> None:
    """Add an output; what goes to one stream between two displays is joined, as a kernel's buffers do."""
    stream = output["output_type"] == "stream"
    act = "write" if stream else "display"
    sizes[act] += len(output["text"][0]) if stream else len(json.dumps(output))
    if sizes[act] > MOST[act]:
        outputs.clear()
        raise Flood(f"the cell {act}s more than {MOST[act]:,} characters")
    if stream:
        for earlier in reversed(outputs):
            if earlier["output_type"] != "stream":
                break
            if earlier["name"] == output["name"]:
                earlier["text"] += output["text"]
                return
    outputs.append(output)


def plain(bundle: dict) -> dict:
    """A display's data or metadata as it would arrive from a kernel: JSON, bytes in base64."""
    return json.loads(json.dumps(bundle, default=json_default, allow_nan=False))


class Stream:
    """What a cell writes to one of its streams."""

    encoding, errors = "utf-8", "replace"

    def __init__(self, name: str, number: int):
        self.name, self.number = name, number

    def write(self, text: str) -> int:
        if text:
            put({"output_type": "stream", "name": self.name, "text": [text]})
        return len(text)

    def writelines(self, lines) -> None:
        self.write("".join(lines))

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.number


class Display(DisplayPublisher):
    """What a cell displays."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
        data, metadata = plain(data), plain(metadata or {})
        if update:
            name = (transient or {}).get("display_id")
            for output in outputs:
                if name and output.get("transient") == name:
                    output.update(data=data, metadata=metadata)
            return
        output = {"output_type": "display_data", "data": data, "metadata": metadata}
        put(output | ({"transient": transient["display_id"]} if transient and transient.get("display_id") else {}))

    def clear_output(self, wait=False):
        outputs.clear()


class Hook(DisplayHook):
    """The value of a cell's last expression."""

    def write_output_prompt(self):
        self.result = {"output_type": "execute_result", "execution_count": self.prompt_count}

    def write_format_data(self, format_dict, md_dict=None):
        self.result.update(data=plain(format_dict), metadata=plain(md_dict or {}))

    def finish_displayhook(self):
        if self.result.get("data"):
            put(self.result)
        self.result = {}


def work(pipe: Connection, folder: str) -> None:
    """Run cells as they come down the pipe, (source) -> (outputs, execution count, fatal), until None comes.

    `fatal` says in words why the run must end though the cell may look well: the cell asked the interpreter to
    exit, or made a copy of the process.
    """
    import numpy

    from sourcebook.warm import shell

    numpy.random.seed()  # or every run would draw the same numbers, as Python's own generator knows
    os.chdir(folder)
    sys.stdout, sys.stderr = Stream("stdout", 1), Stream("stderr", 2)
    own, forks = os.getpid(), []
    os.register_at_fork(after_in_parent=lambda: forks.append(1))  # subprocess does not come this way
    shell._showtraceback = _show
    while (source := pipe.recv()) is not None:
        sizes.update(dict.fromkeys(MOST, 0))
        outputs.clear()
        result = shell.run_cell(source, store_history=True)
        if os.getpid() != own:
            os._exit(1)  # a copy that the cell made and that came back from it
        error = result.error_before_exec or result.error_in_exec
        fatal = ""
        if isinstance(error, SystemExit):
            fatal = "SystemExit: the cell asked the interpreter to exit"
        elif isinstance(error, Flood):
            fatal = str(error)
        elif forks and _children():
            fatal = "the cell forked the process and left the copy running; use subprocess to start another"
        told = [
            {key: "".join(value) if key == "text" else value for key, value in output.items() if key != "transient"}
            for output in outputs
        ]
        pipe.send((told, result.execution_count, fatal, error is not None))


def _children() -> bool:
    """Whether there is a child that nobody has waited for (a shell command of IPython's forks too, but waits)."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _show(kind, value, lines) -> None:
    put({"output_type": "error", "ename": kind.__name__, "evalue": str(value), "traceback": lines})


def guarded(pipe: Connection, folder: str) -> None:
    """`work`, its own failure told to the parent."""
    try:
        work(pipe, folder)
    except GONE:
        pass  # it is the parent
    except BaseException:
        pipe.send(traceback.format_exc())
