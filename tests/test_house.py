"""The house around the package: one set of versions, one version number, and commands that exist."""

import ast
import importlib.metadata
import os
import re
import runpy
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import sourcebook

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
TARGETS = set(re.search(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE)[1].split())


WHEELS = "--only-binary :all:"


def read(path: str) -> str:
    return (ROOT / path).read_text("utf-8")


def locked() -> dict[str, tuple[Requirement, list[str]]]:
    """Read the lock: each package's pin and its hashes."""
    packages = {}
    for entry in re.sub(r" *\\\n *", " ", read("requirements.lock")).splitlines():
        if entry and not entry.lstrip().startswith(("#", "--")):
            pin, *hashes = re.split(r" --hash=", entry)
            requirement = Requirement(pin)
            assert requirement.name not in packages, f"{requirement.name} is locked twice"
            packages[requirement.name] = requirement, hashes
    return packages


def conda() -> dict:
    return yaml.safe_load(read("environment.yml"))


def conda_pins() -> list[str]:
    option, *pins = conda()["dependencies"][-1]["pip"]
    assert option == WHEELS
    return pins


REQUIRED = [
    *PROJECT["project"]["dependencies"],
    *PROJECT["project"]["optional-dependencies"]["test"],
    *PROJECT["build-system"]["requires"],
]


class TestLock:
    """requirements.lock is complete, checkable and nobody's machine in particular."""

    @pytest.mark.parametrize("required", REQUIRED)
    def test_it_satisfies_every_requirement_of_the_project(self, required):
        requirement = Requirement(required)
        pin, _ = locked()[canonicalize_name(requirement.name)]
        (version,) = pin.specifier
        assert requirement.specifier.contains(version.version)
        assert pin.marker is None, f"{pin} would be missing on some systems"

    def test_every_package_is_pinned_to_one_version_and_has_hashes(self):
        for name, (pin, hashes) in locked().items():
            assert [specifier.operator for specifier in pin.specifier] == ["=="], name
            assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), name

    def test_it_names_no_address_no_folder_and_one_option_that_nothing_be_built_on_installation(self):
        for name in ("requirements.lock", "environment.yml", "tools/audit.lock"):
            assert "://" not in read(name) and "file:" not in read(name)
        for name in ("requirements.lock", "tools/audit.lock"):
            assert re.findall(r"^-.*$", read(name), re.MULTILINE) == [WHEELS]

    def test_every_command_that_installs_it_asks_for_its_hashes_and_for_wheels(self):
        for name in ("Makefile", ".ci/audit", "docs/install.md", "CONTRIBUTING.md", "requirements.lock"):
            commands = re.findall(r"^.*\binstall .*\.lock$", read(name), re.MULTILINE)
            assert commands and all("--require-hashes --only-binary :all: " in command for command in commands), name


class TestEnvironment:
    """environment.yml gives a conda user the lock's versions."""

    def test_its_pins_are_the_locks_all_of_them_and_no_others(self):
        pins = [Requirement(pin) for pin in conda_pins() if pin != "-e ."]
        assert {pin.name: str(pin) for pin in pins} == {name: str(pin) for name, (pin, _) in locked().items()}
        assert len(pins) == len(locked())

    def test_it_opens_with_the_tools_of_the_report_and_closes_with_sourcebook_itself(self):
        names = [re.match(r"[\w-]+", pin)[0] for pin in conda_pins()[:5]]
        assert names == ["jupyter-book", "papermill", "pandas", "altair", "nbval"]
        assert conda_pins()[-1] == "-e ."

    def test_only_python_and_pip_come_from_conda(self):
        python, pip, _ = conda()["dependencies"]
        assert pip == "pip"
        assert python.startswith("python ")
        assert SpecifierSet(python.removeprefix("python ")) == SpecifierSet(PROJECT["project"]["requires-python"])

    def test_it_is_what_make_lock_writes(self):
        tool = runpy.run_path(str(ROOT / "tools" / "lock"))
        assert read("environment.yml") == tool["environment"](read("requirements.lock"))


class TestVersion:
    """One version number, wherever it is stated."""

    def test_the_installed_package_has_the_version_of_pyproject(self):
        assert sourcebook.__version__ == importlib.metadata.version("sourcebook") == PROJECT["project"]["version"]

    def test_the_citation_agrees_with_pyproject_and_with_the_changelog(self):
        citation = yaml.safe_load(read("CITATION.cff"))
        version, released = re.search(r"^## \[(\d[\d.]*)\] - (\S+)$", read("CHANGELOG.md"), re.MULTILINE).groups()
        assert citation["version"] == version == PROJECT["project"]["version"]
        assert citation["date-released"] == date.fromisoformat(released)

    def test_the_citation_names_the_developers_both_licences_and_invents_nothing(self):
        citation = yaml.safe_load(read("CITATION.cff"))
        assert citation["cff-version"] == "1.2.0" and citation["message"] and citation["title"]
        assert citation["authors"] == PROJECT["project"]["authors"] == [{"name": "The Sourcebook developers"}]
        assert citation["license"] == PROJECT["project"]["license"] == "MIT"
        assert [work["license"] for work in citation["references"] if work["type"] == "data"] == ["CC-BY-4.0"]
        assert "SPDX-License-Identifier: CC-BY-4.0" in read("LICENSE-DATA")
        assert not {"doi", "identifiers", "url", "repository", "repository-code"} & citation.keys()


class TestCommands:
    """The commands that README, Makefile and CI speak of are the same ones."""

    def test_make_help_describes_every_target(self):
        # Run by `make test`, this would otherwise inherit that make's flags and report its folder.
        env = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        shown = subprocess.run(["make"], cwd=ROOT, env=env, text=True, capture_output=True, check=True).stdout
        described = dict(re.findall(r"^  ([a-z]+) +(\S.*)$", shown, re.MULTILINE))
        assert described.keys() == TARGETS >= {"report", "test", "help"}

    def test_every_target_has_a_rule(self):
        rules = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
        assert rules == TARGETS

    def test_the_two_commands_of_the_readme_are_targets_and_every_other_make_in_the_prose_too(self):
        shown = re.findall(r"^\$ make ([a-z]+)$", read("README.md"), re.MULTILINE)
        assert shown == ["report", "test"]
        prose = read("README.md") + read("CONTRIBUTING.md")
        assert set(re.findall(r"[`$] ?make ([a-z]+)", prose)) <= TARGETS

    def test_the_makefile_accepts_the_pythons_that_pyproject_accepts(self):
        low, high = re.search(r"not \((\d, \d+)\) <= sys.version_info < \((\d, \d+)\)", MAKEFILE).groups()
        bounds = f">={low},<{high}".replace(", ", ".")
        assert SpecifierSet(bounds) == SpecifierSet(PROJECT["project"]["requires-python"])

    def test_ci_runs_the_readmes_commands_and_names_no_host(self):
        script = ROOT / ".ci" / "run"
        assert script.read_text("utf-8").startswith("#!/usr/bin/env bash\n") and os.access(script, os.X_OK)
        subprocess.run(["bash", "-n", script], check=True)
        lines = script.read_text("utf-8").splitlines()
        assert lines.index("make report") < lines.index("make test")
        assert "://" not in script.read_text("utf-8")

    def test_the_workflow_runs_the_same_script_on_supported_pythons(self):
        job = yaml.safe_load(read(".github/workflows/ci.yml"))["jobs"]["test"]
        assert ".ci/run" in [step.get("run") for step in job["steps"]]
        pythons = job["strategy"]["matrix"]["python"]
        assert {"3.11", "3.13"} <= set(pythons)
        assert all(SpecifierSet(PROJECT["project"]["requires-python"]).contains(python) for python in pythons)


WORKFLOWS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github/workflows").glob("*.yml"))


class TestSupply:
    """What is installed, here and in CI, is what somebody looked at, and no more than is needed."""

    @pytest.mark.parametrize("workflow", WORKFLOWS)
    def test_a_workflow_may_read_and_uses_actions_of_one_commit(self, workflow):
        told = yaml.safe_load(read(workflow))
        assert told["permissions"] == {"contents": "read"}
        for line in re.findall(r"uses:.*", read(workflow)):
            assert re.fullmatch(r"uses: actions/[\w-]+@[0-9a-f]{40}  # v\d+\.\d+\.\d+", line), line
        for step in sum((job["steps"] for job in told["jobs"].values()), []):
            if "actions/checkout@" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False

    def test_the_locked_packages_are_audited_at_every_push_and_every_week(self):
        told = yaml.safe_load(read(".github/workflows/audit.yml"))
        assert {"push", "pull_request", "schedule"} <= told[True].keys()  # YAML takes “on” for a truth value
        assert [step["run"] for step in told["jobs"]["audit"]["steps"] if "run" in step] == [".ci/audit"]
        subprocess.run(["bash", "-n", ROOT / ".ci" / "audit"], check=True)
        assert re.findall(r"--requirement (\S+)", read(".ci/audit")) == ["requirements.lock", "tools/audit.lock"]

    def test_contributing_says_of_every_requirement_why_it_stays(self):
        optional = PROJECT["project"]["optional-dependencies"]
        required = [*PROJECT["project"]["dependencies"], *sum(optional.values(), [])]
        told = re.findall(r"^\| `([\w-]+)` \| \S", read("CONTRIBUTING.md"), re.MULTILINE)
        assert sorted(told) == sorted({canonicalize_name(Requirement(line).name) for line in required})

    def test_no_locked_package_is_one_that_reports_on_its_users(self):
        assert not locked().keys() & PHONES
        assert not [name for name in locked() if name.startswith("opentelemetry")]


# Clients of services that collect what users do, or packages known for using one unasked.
PHONES = {
    "analytics-python", "bugsnag", "datadog", "ddtrace", "ga4mp", "honeybadger", "jupyter-telemetry", "mixpanel", "newrelic",
    "ploomber", "ploomber-core", "posthog", "raven", "rollbar", "scarf-sdk", "segment-analytics-python", "sentry-sdk", "statsd", "wandb",
}  # fmt: skip


def test_every_entry_point_is_installed_and_loads():
    """Without them MyST-NB would show a figure's bare text and say nothing."""
    import papermill  # noqa: F401  # it loads the engines itself, at the end of its own import; nothing else may come first

    declared = {"console_scripts": PROJECT["project"]["scripts"], **PROJECT["project"]["entry-points"]}
    for group, points in declared.items():
        installed = {point.name: point for point in importlib.metadata.entry_points(group=group)}
        for name, target in points.items():
            assert installed[name].value == target, f"{name} is stale: make the environment afresh (make clean)"
            assert callable(installed[name].load())


def test_every_package_that_sourcebook_imports_is_a_declared_requirement():
    """Nothing works only because another package happens to bring it along; what an extra brings is imported when used."""
    declared = {canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["dependencies"]}
    extra = {
        canonicalize_name(Requirement(line).name) for line in PROJECT["project"]["optional-dependencies"]["cluster"]
    }
    provided_by = importlib.metadata.packages_distributions()
    undeclared = {}
    for path in sorted((ROOT / "sourcebook").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        late = {node for inner in ast.walk(tree) if isinstance(inner, ast.FunctionDef) for node in ast.walk(inner)}
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            for top in {name.partition(".")[0] for name in names} - {"sourcebook"} - set(sys.stdlib_module_names):
                if not (declared | extra if node in late else declared) & {
                    canonicalize_name(dist) for dist in provided_by.get(top, ())
                }:
                    undeclared.setdefault(top, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not undeclared
