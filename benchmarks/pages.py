"""What a reader waits for, in headless Chromium: a timeline, a large index and its search; and sizes.

Prints, for a journal of 1,000 events, the time that the main thread spends on style, layout and paint when
its timeline is shown after having been hidden (bar 50 ms); for the index of a site of 10,000 journals, opened
from its folder, the time until something is seen and until it is loaded (bar 1 s), until all of its data are
read, and from a key to the results; and the bytes of the sample's page, alone and in a site (bar 60,000).
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from filling import fill
from installed import ROOT, environment

sys.path.insert(0, str(ROOT / "tests"))
from browser import chromium

RUNS = 9
EVENTS = 1_000
JOURNALS = 10_000
SAMPLE = ROOT / "samples" / "velvet-first-deploy"
TYPED = "healthz rollback"
SEARCH = """
async typed => {
  const text = document.getElementById("text"), found = document.getElementById("found");
  const told = () => new Promise(done => new MutationObserver((_, seen) => {
    seen.disconnect(); done(performance.now());
  }).observe(found, { childList: true, characterData: true, subtree: true }));
  text.focus();
  const begun = performance.now(), took = [];
  text.value = "zzzzz";
  text.dispatchEvent(new Event("input", { bubbles: true }));
  while (!found.textContent || found.textContent.includes("still reading")) await told();
  const read = performance.now() - begun;
  for (let length = 1; length <= typed.length; length += 1) {
    const start = performance.now(), next = told();
    text.value = typed.slice(0, length);
    text.dispatchEvent(new Event("input", { bubbles: true }));
    took.push(await next - start);
  }
  return { read, took, found: found.textContent };
}
"""


def main() -> None:
    """Measure, and print a line for each figure."""
    with environment() as (commands, variables), chromium() as browser:
        variables["TMPDIR"] = variables["HOME"]
        _timeline(browser, commands, variables)
        _sizes(commands, variables)
        _index(browser, commands, variables)


def _timeline(browser: Any, commands: Path, variables: dict[str, str]) -> None:
    events = [_line(number) for number in range(EVENTS)]
    triage, own = commands / "triage", variables | {"TRIAGE_STORE": f"{variables['HOME']}/events.db"}
    site = Path(variables["HOME"], "events")
    for words in (["open", "Events", "--slug", "events"], ["record", "-"], ["publish", "--to", site]):
        subprocess.run(
            [triage, *words], env=own, input="\n".join(events), text=True, check=True, stdout=-3, stderr=-3
        )
    slug = "events"
    page = browser.new_page()
    page.goto((site / "journals" / slug / "index.html").as_uri())
    thread = page.context.new_cdp_session(page)
    thread.send("Performance.enable")
    times = [_shown(page, thread) for _ in range(RUNS)]
    drawn = page.locator("figure.timeline a").count()
    print(f"timeline of {EVENTS:,} events ({drawn} markers): {statistics.median(times):.1f} ms, bar 50 ms")
    page.close()


def _line(number: int) -> str:
    """A line of a batch: a day's work, all lanes used."""
    at = f"2026-05-05T{number * 86 // 3600:02}:{number * 86 // 60 % 60:02}:{number * 86 % 60:02}Z"
    kind = ("entry", "action", "entry", "action", "blocker")[number % 5]
    said = {
        "entry": {"text": f"Line {number}", "outcome": "looked at"},
        "action": {
            "title": f"Step {number}",
            "status": "done",
            "environment": ("staging", "prod")[number % 2],
        },
        "blocker": {"title": f"Stuck {number}"},
    }
    return json.dumps({"kind": kind, "at": at, "fields": said[kind]})


def _shown(page: Any, thread: Any) -> float:
    """Milliseconds of the main thread that showing the timeline takes, until it is painted."""
    painted = (
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    )
    figure = 'document.querySelector("figure.timeline")'
    page.evaluate(f"() => {{ {figure}.style.display = 'none'; return {painted}; }}")
    before = _busy(thread)
    page.evaluate(f"() => {{ {figure}.style.display = ''; return {painted}; }}")
    return (_busy(thread) - before) * 1000


def _busy(thread: Any) -> float:
    metrics = {each["name"]: each["value"] for each in thread.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def _sizes(commands: Path, variables: dict[str, str]) -> None:
    work = Path(variables["HOME"], "sample")
    (work / ".triage").mkdir(parents=True)
    (work / "triage.toml").write_bytes((SAMPLE / "triage.toml").read_bytes())
    own = variables | {"TRIAGE_STORE": str(work / "sample.db")}
    for words in (["import", SAMPLE / "velvet-first-deploy.jsonl"], ["publish", "--all", "--to", "./site"],
                  ["render", "velvet-first-deploy", "-o", "alone.html"]):  # fmt: skip
        subprocess.run([commands / "triage", *words], cwd=work, env=own, check=True, capture_output=True)
    alone = os.path.getsize(work / "alone.html")
    within = os.path.getsize(work / "site/journals/velvet-first-deploy/index.html")
    print(f"the sample's page: {alone:,} bytes alone, {within:,} in a site, bar 60,000")


def _index(browser: Any, commands: Path, variables: dict[str, str]) -> None:
    variables = fill(commands, variables, JOURNALS, 0)
    site = Path(variables["HOME"], "site")
    subprocess.run(
        [commands / "triage", "publish", "--all", "--to", site],
        env=variables,
        check=True,
        capture_output=True,
    )
    loads, seen = [], []
    for _ in range(RUNS):
        page = browser.new_page()
        page.goto((site / "index.html").as_uri(), wait_until="load")
        page.wait_for_timeout(200)
        told = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        loads.append(told)
        seen.append(paint)
        page.close()
    print(f"index of {JOURNALS:,}: seen after {statistics.median(seen):.0f} ms, loaded after"
          f" {statistics.median(loads):.0f} ms, bar 1,000 ms")  # fmt: skip
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    told = page.evaluate(SEARCH, TYPED)
    keys = told["took"]
    print(f"search: all data read after {told['read']:.0f} ms; a key takes {statistics.median(keys):.0f} ms,"
          f" at most {max(keys):.0f} ms, 40 ms of it a pause; {told['found']}")  # fmt: skip


if __name__ == "__main__":
    main()
