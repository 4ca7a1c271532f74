"""What holds for the tests themselves."""

from __future__ import annotations

import re

import pytest

from tests.programs import ROOT

_TESTS = [path for folder in ("tests", "screenshots") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_no_test_module_is_used_by_another_module() -> None:
    """What two of them need stands in a module of its own, so that none is a library with tests inside."""
    importing = re.compile(r"(?:from|import) +tests[\w.]*\.test_\w+|from +tests[\w.]* +import +test_\w+")
    found = {str(path.relative_to(ROOT)): importing.findall(path.read_text(encoding="utf-8")) for path in _TESTS}
    assert len(found) > 100
    assert {path: names for path, names in found.items() if names} == {}


def test_deadlines_and_timing_checks_are_those_of_the_profile() -> None:
    own = re.compile(r"\bdeadline=|HealthCheck\.(?:too_slow|data_too_large)")
    found = [str(path.relative_to(ROOT)) for path in _TESTS if own.search(path.read_text(encoding="utf-8"))]
    assert sorted(set(found) - {"tests/test_suite.py"}) == ["tests/conftest.py"]


@pytest.mark.xdist_group("suite")
def test_tests_of_a_group_are_kept_together(request: pytest.FixtureRequest) -> None:
    """Says the name of the test. If they are not, each worker plays what is played once for a module."""
    together = request.config.getoption("loadgroup", default=False)  # a worker is told so
    assert request.node.nodeid.endswith("@suite") is together
