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

    def figure(number: float) -> str:
        return f"{number:,.0f}" if number >= 1000 else f"{number:.3g}"

    for what, value in found[first].items():
        cells = [
            f"{figure(each[what])} (× {figure(each[what] / value)})" if value else figure(each[what])
            for each in found.values()
        ]
        print(f"| {what} | {' | '.join(cells)} |", flush=True)


CURVES = {
    "build, processor s": "build: processor time",
    "check, processor s": "check: processor time",
    "build, MB": "build: memory",
    "report, MB": "the report on disk",
    "heaviest page, kB": "heaviest page",
    "register interactive, s": "register answers a filter",
}
ROWS = "rows"


def drawn(found: dict[int, dict[str, float]], path: Path) -> None:
    """The curves as a picture (SVG): each quantity as a multiple of what it is at the smallest size, beside the rows themselves."""
    import altair as alt
    import pandas as pd

    from sourcebook import pictures, theme

    first, last = min(found), max(found)
    told = {
        label: {size: found[size][what] / found[first][what] for size in found}
        for what, label in CURVES.items()
        if what in found[first]
    }
    told[ROWS] = {size: size / first for size in found}
    points = pd.DataFrame(
        [(label, size, times) for label, each in told.items() for size, times in each.items()],
        columns=["what", "rows", "times"],
    )
    ends = points[points["rows"] == last].sort_values("times")
    ends["place"] = ends["times"]
    for upper, lower in zip(ends.index[1:], ends.index):  # labels at the end of the lines, not over one another
        ends.loc[upper, "place"] = max(ends.loc[upper, "place"], 1.45 * ends.loc[lower, "place"])
    ends["label"] = [
        f"{what}, × {times:,.{0 if times >= 10 else 1}f}" for what, times in zip(ends["what"], ends["times"])
    ]
    cost = told[CURVES["build, processor s"]][last]
    x = alt.X(
        "rows:Q",
        scale=alt.Scale(type="log", domain=[first, last]),
        axis=alt.Axis(title="Rows of the case", values=list(found), format=",d", grid=False),
    )
    y = alt.Y(
        "times:Q",
        scale=alt.Scale(type="log"),
        axis=alt.Axis(title=f"Times what it is for {first:,} rows", format="~g", tickCount=4),
    )
    looks = {
        "color": alt.condition(f"datum.what == '{ROWS}'", alt.value(theme.OWN), alt.value(theme.COLOURS[0])),
        "strokeDash": alt.condition(f"datum.what == '{ROWS}'", alt.value([2, 3]), alt.value([1, 0])),
    }
    lines = alt.Chart(points).mark_line(point=alt.OverlayMarkDef(size=30)).encode(x=x, y=y, detail="what:N", **looks)
    labels = (
        alt.Chart(ends)
        .mark_text(align="left", dx=8)
        .encode(x=x, y=alt.Y("place:Q", scale=alt.Scale(type="log")), text="label:N")
    )
    title = f"{last / first:,.0f} times the rows take {cost:,.0f} times the processor time"
    chart = (lines + labels).properties(title=title, width=420, height=320, background="white")
    path.write_text(pictures.svg(chart.to_dict(), False, None)[0] + "\n", encoding="utf-8")
    print(f"The curves: {path}")


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
    parser.add_argument("--chart", type=Path, metavar="FILE", help="draw the curves into this SVG file")
    parser.add_argument("--quick", action="store_true", help="20 and 40 rows, one case")
    options = parser.parse_args()
    sizes, numbers = ([20, 40], []) if options.quick else (options.rows, tuple(options.cases))
    machine("sphinx", "pandas")
    with tempfile.TemporaryDirectory() as folder:
        top = copied(folder)
        found = {rows: measured(top, rows) for rows in sizes}
    printed(found, sizes[0], "rows")
    if options.chart:
        drawn(found, options.chart)
    if numbers:
        with tempfile.TemporaryDirectory() as folder:
            printed(beside(copied(folder), numbers), numbers[0], "cases")
    small, large = sizes[0], sizes[-1]
    grown = found[large]["build, processor s"] / found[small]["build, processor s"]
    ratio(grown / (large / small), f"growth of the build to that of the rows, from {small:,} to {large:,}", "at most 1")


if __name__ == "__main__":
    main()
