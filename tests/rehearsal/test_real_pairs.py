"""Real pairs from public repositories: each is played, or refused within seconds with a reason."""

from __future__ import annotations

import json
import re
import time

import pytest

from tests.conftest import Figure
from tests.rehearsal.running import rehearsed
from tests.shared import shared

pytestmark = [
    pytest.mark.root,
    pytest.mark.daemon("haproxy", "keepalived", "openssl", "nsenter"),
    pytest.mark.slow,
    pytest.mark.xdist_group("rehearsal"),
]
SECONDS = 20.0
"""The longest that a refusal may take: the daemons' own checks are given 10 s."""
REASON = re.compile(
    "there is no haproxy.cfg among its files|no haproxy.cfg has a frontend that listens on a VIP|"
    "can't be read reliably|is neither among the files of|haproxy refuses its file|keepalived refuses its file"
)


def test_every_real_pair_is_played_or_refused_with_its_reason(figure: Figure) -> None:
    played, silent = [], []
    pairs = sorted(path for path in (shared() / "corpus/pairs").iterdir() if path.is_dir())
    for pair in pairs:
        nodes = sorted(str(path) for path in pair.iterdir() if path.is_dir())
        began = time.monotonic()
        done = rehearsed(*nodes, "--events", "haproxy", "--jobs", "2", "--format", "json")
        took = time.monotonic() - began
        assert "Traceback" not in done.stderr, pair.name
        if done.status == 2:
            assert took < SECONDS, pair.name
            if not REASON.search(done.stderr):
                silent.append(f"{pair.name}: {done.stderr}")
            continue
        events = json.loads(done.stdout)["events"]
        assert len(events) == len(nodes) + 1, done.stdout
        assert (done.status == 0) is all(e["verdict"] in ("as-predicted", "known-limit", "unknown") for e in events)
        played.append(pair.name)
    assert not silent
    assert played
    figure(f"rehearsal: {len(played)} of {len(pairs)} real pairs played, the others refused with a reason")
