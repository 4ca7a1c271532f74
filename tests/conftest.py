"""For all tests: what a machine lacks is a reason to skip, or in CI to fail; figures are printed at the end."""

from __future__ import annotations

import gc
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import daemons

Figure = Callable[[str], None]

# A shell starts what runs in its background with SIGINT ignored, and programs that are started here would inherit that:
# those that a test ends by Ctrl-C would go on for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Thousands of collected tests lie about: looking through them for garbage as often as Python does by itself costs a
# quarter of a run's time.
gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    """Take what was collected out of the search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--beside-daemons` chooses what a machine without daemons and root may trip over."""
    parser.addoption(
        "--beside-daemons",
        action="store_true",
        help="run only the modules with a test that is marked daemon or root, without their other slow tests",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--beside-daemons` does."""
    if not config.getoption("--beside-daemons"):
        return
    modules = {item.path for item in items if daemons.is_marked(item)}
    kept = [i for i in items if daemons.is_marked(i) or (i.path in modules and not i.get_closest_marker("slow"))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose markers `daemon` and `root` ask for what is not there; fail it where the variable CI is set."""
    reason = daemons.mark(item)
    if reason and os.environ.get("CI") and not daemons.is_optional(item):
        pytest.fail(f"{reason}, and CI must have it", pytrace=False)
    if reason:
        pytest.skip(reason)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the tests that failed to the file that the variable HALB_FAILED names, for `.ci/again`."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and (path := os.environ.get("HALB_FAILED")):
        failed = [report for kind in ("failed", "error") for report in reporter.stats.get(kind, ())]
        names = [re.sub(r"@[a-z-]+\Z", "", report.nodeid) for report in failed]  # xdist adds the group
        Path(path).write_text("".join(f"{name}\n" for name in dict.fromkeys(names)), encoding="utf-8")


# What a test runs is run, not remembered; tests/rules/command/test_recall.py is about the cache.
os.environ["HALB_NO_CACHE"] = "1"

# A busy machine is no mistake: no test has a deadline. `HYPOTHESIS_PROFILE` chooses among these; `fast` tries less
# where a test does not say how much, `ci` tries the same every time.
_halb = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
settings.register_profile("halb", _halb)
settings.register_profile("fast", _halb, max_examples=30)
settings.register_profile("ci", _halb, derandomize=True, print_blob=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "halb"))


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Call it with a line to have it printed in the summary of the run."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print the lines that the tests handed to `figure`."""
    reports = [r for reports in terminalreporter.stats.values() for r in reports if getattr(r, "when", "") == "call"]
    figures = [(report.nodeid, text) for report in reports for name, text in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("measured")
        for _, text in sorted(figures, key=lambda item: item[0]):
            terminalreporter.write_line(text)
