"""Collects the measured ratios and prints them as one table at the end."""

import platform

import pytest

_ratios = []


@pytest.fixture
def report_ratio():
    """Return a function (name, ours, plain, unit) that notes two speeds measured in this run."""

    def note(name, ours, plain, unit):
        assert ours > 0
        assert plain > 0
        _ratios.append((name, ours, plain, unit))

    return note


def pytest_terminal_summary(terminalreporter):
    """Print what was measured."""
    if not _ratios:
        return
    terminalreporter.write_sep("=", f"speed on {platform.processor() or platform.machine()}")
    terminalreporter.write_line(f"{'':<40}{'ours':>14}{'plain':>14}{'ratio':>9}")
    for name, ours, plain, unit in _ratios:
        terminalreporter.write_line(f"{name:<40}{ours:>14,.0f}{plain:>14,.0f}{ours / plain:>9.1f}  {unit}")
