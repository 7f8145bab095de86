"""That nothing has changed since a report was built is known at once, and never said when something has."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from room import NOTEBOOKS, small

from sourcebook import ingredients, stamp


@pytest.fixture
def top(tmp_path):
    return small(tmp_path / "top")


@pytest.fixture
def built(top):
    """Finish a report as a build does: by default the one of `sourcebook build`."""

    def build(request=None, name="fair", **values):
        report = top / "_build" / name
        (report / "html").mkdir(parents=True)
        (report / "html" / "index.html").write_text("<p>The fair</p>")
        (report / "parameters.json").write_text(json.dumps(values))
        stamp.put(report, made(top, **values), request or stamp.asked(""))
        return report

    return build


def made(top, engine="fork", **values):
    books = [top / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS]
    return ingredients.of_report(values, books, top / "data" / "fair", top, engine)


def current(top, *pairs, case="", file=None, engine="fork"):
    return stamp.current(top, stamp.asked(case, pairs, file), engine)


class TestCurrent:
    def test_is_the_report_of_just_this_request(self, top, built):
        report = built()
        assert current(top) == report
        assert current(top, "size=4") is current(top, case="fair") is current(top, engine="kernel") is None

    def test_is_not_one_that_shows_the_article_which_was_not_asked_for(self, top, built):
        report = built(stamp.asked("", article=True), "fair-with-article")
        assert current(top) is None
        assert stamp.current(top, stamp.asked("", article=True), "fork") == report

    def test_is_none_before_anything_was_built(self, top):
        assert current(top) is None

    def test_is_found_whatever_the_order_of_the_parameters(self, top, built):
        report = built(stamp.asked("", ("size=4", "colour=blue")), "fair-1", size=4, colour="blue")
        assert current(top, "colour=blue", "size=4") == report
        assert current(top) is current(top, "size=4") is None

    def test_is_that_of_the_same_file_of_parameters_wherever_it_lies(self, top, built, tmp_path):
        (tmp_path / "one.yml").write_text("size: 4\n")
        (tmp_path / "two.yml").write_text("size: 4\n")
        report = built(stamp.asked("", (), tmp_path / "one.yml"), "fair-1", size=4)
        assert current(top, file=tmp_path / "two.yml") == report
        (tmp_path / "two.yml").write_text("size: 5\n")
        assert current(top, file=tmp_path / "two.yml") is None
        assert current(top, file=tmp_path / "gone.yml") is None, "whoever reads it will say so"

    def test_a_case_that_there_is_not_has_none(self, top, built):
        built(stamp.asked("far"))
        assert current(top, case="far") is None

    @pytest.mark.parametrize(
        "file",
        [
            "data/fair/claims.csv", "data/fair/case.yml", "data/fair/commentary/claims.md", "book/index.md", "notebooks/tally.ipynb",
            "_config.yml", "_toc.yml", "requirements.lock",
        ],
    )  # fmt: skip
    def test_is_none_when_anything_changed_that_it_is_made_from(self, top, built, file):
        built()
        path = top / file
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("# A question", "# Another") if file.endswith("ipynb") else text + "\n")
        assert current(top) is None
        path.write_text(text, encoding="utf-8")
        assert current(top) is not None, "and is found again when it is changed back"

    def test_is_none_when_a_page_was_changed_is_gone_or_came_from_elsewhere(self, top, built):
        page = built() / "html" / "index.html"
        page.write_text("<p>The fare</p>")
        assert current(top) is None
        page.unlink()
        assert current(top) is None
        page.write_text("<p>The fair</p>")
        assert current(top)
        (page.parent / "more.html").touch()
        assert current(top) is None

    @pytest.mark.parametrize("content", ["", "{", "[]", "null", "{}", '{"made": {}, "asked": {}}'])
    def test_is_none_when_the_stamp_is_damaged(self, top, built, content):
        report = built()
        (report / stamp.STAMP).write_text(content)
        assert current(top) is None and not stamp.holds(report, made(top))

    def test_stored_outputs_of_the_notebooks_are_no_change(self, top, built):
        built()
        path = top / "notebooks" / "tally.ipynb"
        book = json.loads(path.read_text(encoding="utf-8"))
        book["cells"][-1].update(execution_count=3, outputs=[])
        path.write_text(json.dumps(book))
        assert current(top)

    def test_is_found_with_the_standard_library_and_yaml_alone(self, top, built):
        """In a process of its own: what takes seconds to import is not imported."""
        report = built()
        script = (
            "import sys; from pathlib import Path; from sourcebook import stamp; top = Path(sys.argv[1]);"
            "print(stamp.current(top, stamp.asked(''), 'fork'));"
            "print(sorted({'pandas', 'numpy', 'altair', 'papermill', 'nbformat', 'sphinx', 'multiprocessing'} & sys.modules.keys()))"
        )
        done = subprocess.run([sys.executable, "-c", script, top], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines() == [str(report), "[]"]


class TestHolds:
    def test_for_a_whole_report_made_from_just_this(self, top, built):
        report = built(size=4)
        assert stamp.holds(report, made(top, size=4))
        assert not stamp.holds(report, made(top)) and not stamp.holds(report, made(top, size=5))
        (report / "html" / "index.html").unlink()
        assert not stamp.holds(report, made(top, size=4))

    def test_not_where_there_is_no_report(self, top):
        assert not stamp.holds(top / "_build" / "fair", made(top))


class TestFormats:
    """A report that was asked for as a PDF too is there only with it."""

    @pytest.fixture
    def put(self, top):
        def put(*formats):
            report = top / "_build" / "fair"
            report.mkdir(parents=True, exist_ok=True)
            (report / "page.html").write_text("<p>The fair</p>")
            stamp.put(report, made(top), stamp.asked(""), formats)
            return report

        return put

    @pytest.mark.parametrize(
        ("there", "wanted", "enough"),
        [
            (("html",), ("html",), True),
            (("html",), ("html", "pdf"), False),
            (("html", "pdf"), ("html",), True),
            (("pdf", "html"), ("html", "pdf"), True),
            (("html", "pdf"), (), True),
        ],
    )
    def test_are_enough_where_each_that_is_wanted_is_there(self, top, put, there, wanted, enough):
        report = put(*there)
        assert stamp.holds(report, made(top), wanted) == enough
        assert stamp.current(top, stamp.asked(""), "fork", wanted) == (report if enough else None)

    def test_are_html_where_nobody_says(self, top, built):
        report = built()
        assert stamp.holds(report, made(top)) and not stamp.holds(report, made(top), ("pdf",))

    def test_of_a_stamp_that_does_not_know_of_them_are_none(self, top, put):
        """It was written by an older version: the report is built again."""
        report = put("html")
        entry = json.loads((report / stamp.STAMP).read_text(encoding="utf-8"))
        del entry["formats"]
        (report / stamp.STAMP).write_text(json.dumps(entry))
        assert not stamp.holds(report, made(top)) and current(top) is None

    def test_do_not_depend_on_the_order_in_which_they_were_asked_for(self, top, put):
        formats = [
            json.loads((put(*order) / stamp.STAMP).read_text(encoding="utf-8"))["formats"]
            for order in (("pdf", "html"), ("html", "pdf"))
        ]
        assert formats == [["html", "pdf"]] * 2


class Clock:
    """A clock that goes as far as a test says."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(stamp.time, "monotonic", lambda: self.now)


class TestTook:
    @pytest.fixture
    def clock(self, monkeypatch):
        return Clock(monkeypatch)

    def test_has_the_seconds_of_each_part(self, clock):
        took = stamp.Took()
        with took("notebooks"):
            clock.now += 2.5
        clock.now += 100  # between two parts
        with took("pages"):
            clock.now += 0.123456
        assert took.seconds == {"notebooks": 2.5, "pages": 0.12}

    def test_lets_a_failure_through_and_does_not_count_it(self, clock):
        took = stamp.Took()
        with pytest.raises(OSError, match="no room"), took("pages"):
            raise OSError("no room")
        assert took.seconds == {}

    def test_is_in_the_stamp_with_the_moment_and_decides_nothing(self, top, built):
        """Whoever reads how long a build took finds it there; what is current does not depend on it."""
        report = built()
        stamp.put(report, made(top), stamp.asked(""), took={"pages": 0.12})
        told = json.loads((report / stamp.STAMP).read_text(encoding="utf-8"))
        assert told["seconds"] == {"pages": 0.12}
        assert datetime.fromisoformat(told["finished"]).utcoffset() == timedelta(0)
        assert abs(datetime.fromisoformat(told["finished"]) - datetime.now(UTC)) < timedelta(minutes=5)
        told |= {"finished": "1999-01-01T00:00:00+00:00", "seconds": {"pages": 99}}
        (report / stamp.STAMP).write_text(json.dumps(told))
        assert stamp.holds(report, made(top)) and current(top) == report
