"""What is built is built in a folder that no process, however it ends, leaves for others to see."""

import os
import subprocess
import sys

import pytest

from sourcebook.workroom import LOCK, tidy, workroom

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks: what was left stays there")
KILLED = """
import os, sys
from pathlib import Path
from sourcebook.workroom import workroom
with workroom(Path(sys.argv[1]), "fair") as room:
    (room / "half").write_text("half")
    (room.parent / ".kept.json.0a1b2c3d").write_text("half")
    os._exit(9)
"""


def kill(folder):
    assert subprocess.run([sys.executable, "-c", KILLED, folder]).returncode == 9


def test_it_is_hidden_and_gone_when_the_block_ends(tmp_path):
    with workroom(tmp_path / "built", "fair") as room:
        (room / "half").write_text("half")
        assert room.parent == tmp_path / "built" and room.name.startswith(".fair-")
    assert [path.name for path in (tmp_path / "built").iterdir()] == [LOCK]


def test_so_it_is_where_the_block_fails(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        with workroom(tmp_path, "fair"):
            raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_a_request_to_stop_that_comes_while_it_is_deleted_is_heard_when_it_is_gone(tmp_path, monkeypatch):
    """A terminal that is closed may ask twice."""
    real, asked = os.unlink, []

    def unlink(*args, **more):
        if len(asked) < 2:
            asked.append(args)
            raise KeyboardInterrupt
        real(*args, **more)

    with pytest.raises(KeyboardInterrupt):
        with workroom(tmp_path, "fair") as room:
            (room / "half").write_text("half")
            monkeypatch.setattr(os, "unlink", unlink)
    assert len(asked) == 2 and [path.name for path in tmp_path.iterdir()] == [LOCK]


def test_what_a_killed_process_left_is_cleared_by_the_next(tmp_path):
    (tmp_path / "fair").mkdir()
    (tmp_path / ".nojekyll").touch()
    kill(tmp_path)
    assert len(list(tmp_path.iterdir())) == 5
    with workroom(tmp_path, "other"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {"fair", ".nojekyll", LOCK}, "and nothing else is"


def test_who_builds_nothing_clears_it_too_where_that_may_be_written(tmp_path):
    kill(tmp_path)
    tidy(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {LOCK}
    tidy(tmp_path / "not there")


def test_while_somebody_builds_nothing_is_cleared(tmp_path):
    with workroom(tmp_path, "fair") as mine:
        kill(tmp_path)
        with workroom(tmp_path, "fair"):
            assert mine.is_dir() and len(list(tmp_path.glob(".fair-*"))) == 3
    assert len(list(tmp_path.glob(".fair-*"))) == 1, "what the killed one left stays until nobody builds"


def test_a_report_that_a_killed_process_had_moved_aside_is_put_back(tmp_path):
    """Where folders cannot change places in one step."""
    aside = tmp_path / ".fair-ab12cd34/old-0"
    aside.mkdir(parents=True)
    (aside / "page").write_text("the last good one")
    with workroom(tmp_path, "fair"):
        pass
    assert (tmp_path / "fair/page").read_text() == "the last good one"
    assert {path.name for path in tmp_path.iterdir()} == {"fair", LOCK}


def test_a_report_that_is_there_is_never_replaced_by_one_that_was_moved_aside(tmp_path):
    (tmp_path / "fair").mkdir()
    (tmp_path / ".fair-ab12cd34/old-0").mkdir(parents=True)
    (tmp_path / "fair/page").write_text("the newer one")
    with workroom(tmp_path, "fair"):
        pass
    assert (tmp_path / "fair/page").read_text() == "the newer one"
