"""What is the same in two reports, what differs, and what differs around them."""

import sys
from importlib.metadata import version

import pytest
from packages import executed

from sourcebook import comparison, files

OLD = {"a.html": b"1", "b.html": b"2", "notebooks/tally.ipynb": executed("yes").encode()}


class TestReports:
    def test_with_the_same_bytes_are_the_same(self):
        same, told = comparison.compared(OLD, {name: memoryview(content) for name, content in OLD.items()})
        assert same and told == [
            "3 files of the report compared: 3 the same, 0 differ, 0 missing; 0 that the package does not have."
        ]

    def test_what_differs_is_missing_or_new_is_named(self):
        same, told = comparison.compared(
            OLD, {"a.html": b"x", "c.html": b"3", "notebooks/tally.ipynb": OLD["notebooks/tally.ipynb"]}
        )
        assert not same
        assert told[0].startswith("3 files of the report compared: 1 the same, 1 differ, 1 missing; 1 that")
        assert told[1:] == [
            "  differs: a.html",
            "  missing: b.html",
            "  not in the package: c.html",
            "The named values are the same.",
        ]

    def test_a_new_file_alone_makes_them_differ(self):
        assert not comparison.compared(OLD, OLD | {"c.html": b"3"})[0]

    def test_named_values_that_differ_are_named(self):
        same, told = comparison.compared(OLD, OLD | {"notebooks/tally.ipynb": executed("no").encode()})
        assert not same and told[-1] == "Named values that differ: tally.finding."

    def test_of_many_that_differ_the_first_are_named_and_the_rest_counted(self):
        old = {f"{number:03}": b"" for number in range(comparison.SHOWN + 5)}
        told = comparison.compared(old, {})[1]
        assert len(told) == comparison.SHOWN + 3 and "  missing: 5 more files" in told

    @pytest.mark.parametrize(
        "broken", [b"", b"[]", b'{"cells": [1]}', b'{"cells": [{"outputs": [{"metadata": {"scrapbook": 1}}]}]}']
    )
    def test_a_notebook_that_is_none_has_no_values(self, broken):
        assert comparison.named({"a.ipynb": broken}, {"a.ipynb": broken}) == []


class TestSurroundings:
    @pytest.fixture
    def package(self):
        code = files.below(next(iter(comparison.Path(comparison.__file__).parents)))
        return {f"sourcebook/{name}": content for name, content in code.items()}

    def test_that_are_the_same_are_said_to_be(self, package):
        assert comparison.surroundings(
            package | {"requirements.lock": f"pandas=={version('pandas')} \\\n".encode()}, {}
        ) == ["Sourcebook, the packages of the lock and Python are those that the package was made with."]

    def test_that_differ_are_named(self, package):
        package |= {
            "sourcebook/book.py": b"",
            "sourcebook/old.py": b"",
            "requirements.lock": b"pandas==0.1\nno-such-thing==1\n",
        }
        del package["sourcebook/run.py"]
        told = comparison.surroundings(package, {"p": {"name": "Python", "softwareVersion": "2.7"}})
        assert told == [
            "What differs around it:",
            "  sourcebook/book.py changed",
            "  sourcebook/old.py is only in the package",
            "  sourcebook/run.py is not in the package",
            f"  pandas is {version('pandas')}, the package's lock has 0.1",
            "  Python is {}.{}.{}, the package was made with 2.7".format(*sys.version_info),
        ]
