"""What the campaign shares: figures that are told at the end of a run."""

import pytest


@pytest.fixture
def figures(record_property):
    """Tell one line at the end of the run, also where the tests ran on several cores."""

    def tell(line):
        record_property("figures", line)

    return tell


def pytest_terminal_summary(terminalreporter):
    """Show the lines that passed tests told."""
    passed = terminalreporter.stats.get("passed", [])
    lines = [value for report in passed for name, value in report.user_properties if name == "figures"]
    if lines:
        terminalreporter.section("durability")
    for line in lines:
        terminalreporter.write_line(line)
