"""Errors: one tree, messages for a person, and the fault that names its place."""

import errno
import os
import pickle
import shutil

import pytest

from sourcebook.errors import (
    BuildError,
    CaseError,
    Fault,
    PackageError,
    ParameterError,
    PassageError,
    RunError,
    SourcebookError,
    choices,
    disk_full,
    nearest,
    refused,
    require,
)

FAULT = Fault("claims.csv", "found “wether”", "did you mean weather?", column="topic", row=12, id="C11")


class TestTree:
    """Whoever calls the package catches one class."""

    @pytest.mark.parametrize("error", [BuildError, CaseError, PackageError, ParameterError, PassageError, RunError])
    def test_every_error_is_a_sourcebook_error(self, error):
        assert issubclass(error, SourcebookError)

    def test_the_docstring_of_the_root_shows_the_whole_tree(self):
        for error in SourcebookError.__subclasses__():
            if error.__module__ == "sourcebook.errors":
                assert f"└── {error.__name__} " in SourcebookError.__doc__


class TestFault:
    """Place, what was found, what would be right: as much of the place as there is."""

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            (FAULT, "claims.csv, row 12 (C11), column topic: found “wether”; did you mean weather?"),
            (
                Fault("claims.csv", "the row is empty", "delete it", row=12),
                "claims.csv, row 12: the row is empty; delete it",
            ),
            (Fault("case.yml", "empty", "write one", column="title"), "case.yml, key title: empty; write one"),
            (Fault("a.bib", "missing", "write it"), "a.bib: missing; write it"),
            (
                Fault("t.xlsx, sheet claims", "empty", "fill it", column="gist", row=3, id="C02"),
                "t.xlsx, sheet claims, row 3 (C02), column gist: empty; fill it",
            ),
        ],
    )
    def test_its_message(self, fault, message):
        assert str(fault) == message


class TestCaseError:
    """All faults of a case in one message."""

    def test_it_counts_them_and_lists_them_by_file_and_line(self):
        later = Fault("claims.csv", "the cell is empty", "write one", column="gist", row=100, id="C99")
        other = Fault("actors.csv", "the file is missing", "restore it")
        first, *lines = str(CaseError("fair", [later, FAULT, other])).splitlines()
        assert first == "3 faults in case fair:"
        assert [line.strip() for line in lines[:3]] == [str(other), str(FAULT), str(later)]

    def test_the_same_fault_found_twice_is_told_once(self):
        error = CaseError("fair", [FAULT, FAULT])
        assert error.faults == [FAULT]
        assert str(error).startswith("1 fault in case fair:\n")

    def test_it_ends_with_the_next_step(self):
        assert str(CaseError("fair", [FAULT])).endswith("then run: sourcebook check --case fair")
        assert str(CaseError("fair", [FAULT], "Import again.")).endswith("weather?\nImport again.")

    def test_it_comes_whole_out_of_another_process(self):
        again = pickle.loads(pickle.dumps(CaseError("fair", [FAULT], "Import again.")))
        assert str(again) == str(CaseError("fair", [FAULT], "Import again."))


class TestPassageError:
    """Quoted words that mark no place: what was found and what would be right, also each by itself."""

    def test_it_has_two_parts_and_comes_whole_out_of_another_process(self):
        error = pickle.loads(pickle.dumps(PassageError("it stands twice", "quote more")))
        assert str(error) == "it stands twice; quote more" and (error.found, error.right) == (
            "it stands twice",
            "quote more",
        )


class TestPackageError:
    """All faults of a package in one message, in the order in which they were found, each once."""

    def test_it_counts_and_lists_them(self):
        one, two = Fault("b.txt", "changed", "get it again"), Fault("a.txt", "is missing", "get it again")
        error = PackageError("x.zip", [one, two, one])
        assert (
            str(error)
            == "2 faults in package x.zip:\n  b.txt: changed; get it again\n  a.txt: is missing; get it again"
        )
        assert str(PackageError("x.zip", [one])).startswith("1 fault in package x.zip:\n")

    def test_it_comes_whole_out_of_another_process(self):
        error = PackageError("x.zip", [Fault("a.txt", "is missing", "get it again")])
        again = pickle.loads(pickle.dumps(error))
        assert (str(again), again.faults) == (str(error), error.faults)


class TestRunError:
    """A notebook that failed is named as a file that can be opened, with the cell."""

    def test_it_names_notebook_cell_cause_and_cure(self):
        error = RunError("claims", 7, "ZeroDivisionError", "Open it.")
        assert str(error) == "notebooks/claims.ipynb, cell 7: ZeroDivisionError. Open it."
        assert (error.notebook, error.cell, error.cause) == ("claims", 7, "ZeroDivisionError")

    def test_it_does_without_a_cell_where_none_is_to_blame(self):
        assert (
            str(RunError("claims", None, "the kernel died", "Try again."))
            == "notebooks/claims.ipynb: the kernel died. Try again."
        )


class TestNearest:
    """A slip of the pen gets a suggestion; a wild guess gets none rather than a silly one."""

    def test_it_names_what_is_close(self):
        assert nearest("wether", ["opening", "weather"]) == "; did you mean weather?"

    def test_of_several_it_names_the_closest(self):
        assert nearest("E011", ["E12", "E01", "H1"]) == "; did you mean E01?"

    def test_it_says_nothing_where_nothing_is_close_or_valid(self):
        assert nearest("zzz", ["opening", "weather"]) == nearest("x", []) == ""

    def test_it_takes_what_is_not_text(self):
        assert nearest(11, [1, 2, 3]) == "; did you mean 1?"


class TestChoices:
    """Where nothing is close, the whole choice is more help than silence."""

    def test_it_names_the_nearest_or_else_all_there_are_sorted(self):
        assert choices("wether", ["weather", "opening"]) == "did you mean weather?"
        assert choices("zzz", ["weather", "opening"]) == "there are: opening, weather"
        assert choices("zzz", []) == "there are none"


class TestRequire:
    """A value that papermill handed over unchecked is one that the case allows, or an error with the way out."""

    @pytest.mark.parametrize("given", [[], ["a"], ("a", "b")])
    def test_allowed_values_pass(self, given):
        assert require("letters", given, ["a", "b"]) is None

    def test_one_that_is_not_allowed_is_told_with_all_that_are_and_the_nearest(self):
        with pytest.raises(ParameterError) as caught:
            require("topics", ["opening", "wether"], ["opening", "weather"])
        assert str(caught.value) == "topics: found 'wether'; allowed are opening, weather; did you mean weather?"

    def test_true_is_no_grade_and_1_is_no_truth(self):
        with pytest.raises(ParameterError, match="grade: found True"):
            require("grade", [True], [1, 2])
        with pytest.raises(ParameterError, match="named: found 1;"):
            require("named", [1], [True, False])

    def test_text_where_a_list_belongs_is_told_with_how_to_pass_a_list(self):
        with pytest.raises(
            ParameterError, match="blocs: found the text “town”, it must be a list: .* -y 'blocs: .town.'"
        ):
            require("blocs", "town", ["town"])


class TestWhatTheSystemRefuses:
    def test_a_full_disk_is_told_as_one_however_the_program_that_met_it_puts_it(self):
        wanted = f"{os.strerror(errno.ENOSPC)}. Make room on that disk, and run the same again."
        copies = [("a", "b", f"[Errno {errno.ENOSPC}] x: 'a' -> 'b'"), ("c", "d", "y")]
        assert refused(shutil.Error(copies)) == wanted
        assert disk_full(f"WARNING: cannot copy a: OSError({errno.ENOSPC}, 'x')") == wanted
        assert disk_full("WARNING: an unknown role") == ""

    def test_a_file_that_may_not_be_written_is_named(self):
        assert refused(PermissionError(errno.EACCES, "Permission denied", "a.csv")) == (
            "a.csv: Permission denied. Let your user write there, and run the same again."
        )
