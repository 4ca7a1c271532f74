"""`halb-lint --host`: looking at this machine, and what is said about it besides the findings."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rules.live.machine.look import LookFor, look_around
from rules.live.machine.observed import MachineObservations
from rules.live.views.machine import LOCAL, MachineView, destinations, to_look_for
from rules.live.views.routers import heard_words
from rules.text.wording import listed, seconds

if TYPE_CHECKING:
    from rules.engine.finding import Report
    from rules.fleet.fleet import Fleet


def start_looking(fleet: Fleet, local: bool, patience: float) -> Callable[[], MachineObservations]:
    """Start to look at this machine; returns a function that waits for what is seen. Nothing raises.

    `local`: the files are those that the daemons here read, which is also told by their paths. Adverts are listened for
    `patience` seconds.
    """
    local = local or own_files(fleet)
    vips, scripts, configs = to_look_for(fleet, local)
    wanted = LookFor(vips, scripts, configs, destinations(fleet), local)
    pool = ThreadPoolExecutor(1)
    future = pool.submit(look_around, wanted, seconds=patience)
    pool.shutdown(wait=False)
    return future.result


def own_files(fleet: Fleet) -> bool:
    """Whether there is one node, and its files are in this machine's own folders."""
    folders = tuple(os.path.dirname(path) + "/" for path in LOCAL.values())
    paths = [path for node in fleet.nodes for path in (*node.files.haproxy, *node.files.keepalived)]
    return len(fleet.nodes) == 1 and bool(paths) and all(os.path.abspath(path).startswith(folders) for path in paths)


def notes(fleet: Fleet, seen: MachineObservations, report: Report) -> Iterator[str]:
    """Lines for stderr, each a sentence without a full stop: which node this is, what was not seen, who was heard."""
    view = MachineView(fleet, seen)
    if view.here is None:
        yield f"{seen.hostname}: {view.nowhere}; so nothing about this machine was judged"
        return
    yield f"looked at this machine, {seen.hostname}, which is {view.here.name}"
    for words in heard_words(advert for advert in seen.adverts if advert.source not in seen.addresses):
        yield f"adverts heard within {seconds(seen.listened)} s {words}"
    unseen: dict[str, list[str]] = {}
    for skipped in report.skipped:
        if skipped.reason in seen.unknown.values():
            unseen.setdefault(skipped.reason, []).append(skipped.code)
    for reason, codes in unseen.items():
        yield f"not judged: {listed(codes)}: {reason}"
    yield from (reason for _, reason in view.gaps)
