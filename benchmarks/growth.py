"""How a report grows with its case, and with the cases beside it: made-up cases of more and more rows, built side by side in one run.

Processor time is that of the command and all its processes, which what else the machine does changes least.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from os import environ
from pathlib import Path

import psutil
import synthetic
from common import copied, machine, median, ratio
from multiverse import memory

SIZES = (50, 500, 5000)
BESIDE = (1, 2, 4, 8)  # cases in one checkout
OF_EACH = 500  # rows of each of these
BROWSER = environ.get("SOURCEBOOK_CHROMIUM", "/usr/bin/chromium")


def run(top: Path, *words: str) -> tuple[float, float, float]:
    """Seconds, seconds of processor, and the peak in MB of all processes of one command, shared pages counted once."""
    begun, peak, took = time.perf_counter(), 0.0, {}
    command = [sys.executable, "-m", "sourcebook.cli", *words]
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, cwd=top, stdout=told, stderr=told)
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error):  # one that has just ended
                peak = max(peak, memory(watched)[1])
                for each in [watched, *watched.children(recursive=True)]:
                    took[each.pid, each.create_time()] = sum(each.cpu_times()[:2])
            time.sleep(0.2)
        if process.returncode:
            told.seek(0)
            sys.exit(f"sourcebook {' '.join(words)} failed:\n{told.read().decode()}")
    return time.perf_counter() - begun, sum(took.values()), peak


def interactive(html: Path, gist: str, rounds: int = 3) -> float | None:
    """Seconds from the beginning of the visit until the register shows what a typed filter keeps; None without Chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    if not Path(BROWSER).is_file():
        return None
    took = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        for _ in range(rounds):
            page = browser.new_page()
            page.goto((html / "notebooks/register.html").as_uri(), wait_until="commit")
            page.get_by_label("Search the rows").first.fill(gist)
            page.locator(".filter-bar output", has_text=re.compile("^1 of ")).wait_for(timeout=120_000)
            took.append(page.evaluate("performance.now()") / 1000)
            page.close()
        browser.close()
    return median(took)


def measured(top: Path, rows: int) -> dict[str, float]:
    """What one size costs and weighs."""
    from sourcebook.case import load
    from sourcebook.statements import statements

    name = synthetic.write(top / "data", rows).name
    check = run(top, "check", "--case", name)
    seconds, processor, peak = run(top, "build", "--case", name)
    html = top / "_build" / name / "html"
    pages = {path: path.stat().st_size / 1000 for path in html.rglob("*.html")}
    gist = statements(load(name, top))["gist"].iloc[-1]
    told = {
        "check, processor s": check[1],
        "check, MB": check[2],
        "build, s": seconds,
        "build, processor s": processor,
        "build, MB": peak,
        "pages": len(pages),
        "register.html, kB": pages[html / "notebooks/register.html"],
        "heaviest page, kB": max(pages.values()),
        "search index, kB": (html / "searchindex.js").stat().st_size / 1000,
        "report, MB": sum(path.stat().st_size for path in html.rglob("*") if path.is_file()) / 1e6,
    }
    ready = interactive(html, gist)
    print(f"  {rows:,} rows: {seconds:.0f} s, {processor:.0f} s of processor, {peak:.0f} MB", flush=True)
    return told | ({} if ready is None else {"register interactive, s": ready})


def printed(found: dict[int, dict[str, float]], first: int, noun: str) -> None:
    """A table of what was measured, each with its ratio to the first column."""
    print(f"| what | {' | '.join(f'{size:,} {noun}' for size in found)} |\n|{'---|' * (len(found) + 1)}")
    for what, value in found[first].items():
        cells = [
            f"{each[what]:.3g} (× {each[what] / value:.3g})" if value else f"{each[what]:.3g}"
            for each in found.values()
        ]
        print(f"| {what} | {' | '.join(cells)} |", flush=True)


def beside(top: Path, numbers: tuple[int, ...]) -> dict[int, dict[str, float]]:
    """What one case costs where others lie beside it."""
    found = {}
    for number in numbers:
        for each in range(number):
            if not (top / f"data/beside{each}").is_dir():
                synthetic.write(top / "data", OF_EACH, each, f"beside{each}")
        shutil.rmtree(top / "_build", ignore_errors=True)
        check, build = run(top, "check", "--case", "beside0"), run(top, "build", "--case", "beside0")
        found[number] = {
            "check of one, processor s": check[1],
            "build of one, processor s": build[1],
            "build of one, MB": build[2],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--rows", type=int, nargs="+", default=list(SIZES), help="sizes of the cases, the smallest first"
    )
    parser.add_argument("--cases", type=int, nargs="*", default=list(BESIDE), help="numbers of cases in one checkout")
    parser.add_argument("--quick", action="store_true", help="20 and 40 rows, one case")
    options = parser.parse_args()
    sizes, numbers = ([20, 40], []) if options.quick else (options.rows, tuple(options.cases))
    machine("sphinx", "pandas")
    with tempfile.TemporaryDirectory() as folder:
        top = copied(folder)
        found = {rows: measured(top, rows) for rows in sizes}
    printed(found, sizes[0], "rows")
    if numbers:
        with tempfile.TemporaryDirectory() as folder:
            printed(beside(copied(folder), numbers), numbers[0], "cases")
    small, large = sizes[0], sizes[-1]
    grown = found[large]["build, processor s"] / found[small]["build, processor s"]
    ratio(grown / (large / small), f"growth of the build to that of the rows, from {small:,} to {large:,}", "at most 1")


if __name__ == "__main__":
    main()
