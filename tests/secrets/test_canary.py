"""No secret leaves: every placement, however it is written or spoiled, in every output."""

from __future__ import annotations

import pytest

from tests.secrets.matrix import batches, clear
from tests.secrets.placements import canaries
from tests.secrets.screens import screens


@pytest.mark.slow
def test_no_canary_is_shown() -> None:
    shown = [(canary.line, name) for batch in batches(canaries(all_shapes=False)) for canary, name in clear(batch)[0]]
    assert shown == []


@pytest.mark.slow
def test_no_screen_shows_one() -> None:
    found = [canary for canary in canaries(all_shapes=False) if canary.variant == "as it is"]
    shown, names = clear(found, screens)
    assert [(canary.line, name) for canary, name in shown] == []
    assert {"what was imported", "step vrrp", "PreviewDialog", "diff, TAKE_OVER"} <= set(names)


def test_a_canary_would_be_found() -> None:
    batch = [canary for canary in canaries(all_shapes=False) if canary.variant == "as it is"][:5]
    spoiled = [canary._replace(line=f"nothing {canary.secret}") for canary in batch]
    found, names = clear(spoiled)
    assert {canary.line for canary, _ in found} == {canary.line for canary in spoiled}
    assert {name for _, name in found} >= {"lint, full", "diff, new", "wizard, files on screen"}
    assert len(names) > 10
