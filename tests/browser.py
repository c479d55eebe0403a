"""A real browser for tests: the system's Chromium, driven by Playwright; axe looks at its pages."""

import os
import shutil
from contextlib import contextmanager

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STRICT = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def playwright():
    """Playwright's entry; where it or the browser is missing the test is skipped, and CI fails."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright: make venv")
    if CHROMIUM is None:
        missing("chromium: apt-get install chromium")
    return sync_playwright


def missing(what):
    """Skip, or fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(f"CI needs {what}")
    pytest.skip(f"no {what}")


@contextmanager
def chromium():
    """A browser, until the end of the block."""
    with playwright()() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


def violations(page):
    """What axe finds wrong with a page: rule, impact, and where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": STRICT, "resultTypes": ["violations"]}).response["violations"]
    return [(each["id"], each["impact"], node["html"][:160]) for each in found for node in each["nodes"][:3]]
