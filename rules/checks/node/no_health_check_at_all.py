"""KA006: keepalived never checks the haproxy on its node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import files_check_all
from rules.support.keepalived.lines import tracking
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig, Tracker
    from rules.failover.watching import Watch, WatchedCheck
    from rules.fleet.node import Node


@rule("KA006", "no-health-check-at-all", Severity.ERROR, Scope.NODE)
def check(node: Node) -> Iterator[Hit]:
    """A node with haproxy whose keepalived does not check it: there is no check, or all of them test something else.

    Why it hurts: keepalived notices when the machine or its link is gone, but not when haproxy is. When haproxy dies,
    or does not come up after a reload, the VIP stays where nothing answers, however often the gateway is pinged
    (measured with keepalived 2.2.7).

    How to fix: define a `vrrp_script` that sends haproxy a request, and list it in `track_script` of the instance.

    Silent when: some check may test haproxy, such as a script file of which nothing is known; another rule says what is
    wrong with the check (KA005, KA007, KA008, KA035, KA056, XN204, XN206); no haproxy.cfg was given for the node; or an
    include, a template or a condition could not be resolved.
    """
    config, haproxy = node.keepalived, node.haproxy
    if config is None or haproxy is None or not config.complete or not haproxy.proxies or not config.instances:
        return
    tracked = _tracked(config)
    if tracked and files_check_all(config):
        return
    if not tracked and not [*config.scripts, *config.processes, *config.track_files, *config.bfds]:
        yield _nothing(node, config)
    elif tracked and all(_is_effective(config, tracker) for tracker in tracked):
        yield from _something_else(node, config)


def _help(node: Node, config: KeepalivedConfig) -> str:
    from rules.support.haproxy.requests import PROCESS, new_script, request_to

    return new_script(config, "checks", request_to(node.haproxy) or PROCESS)


def _fix(node: Node, config: KeepalivedConfig) -> Fix | None:
    from rules.support.haproxy.requests import PROCESS, request_to
    from rules.support.keepalived.fixing import new_check

    return new_check(config, request_to(node.haproxy) or PROCESS)


def _tracked(config: KeepalivedConfig) -> list[Tracker]:
    return [tracker for user in tracking(config) for tracker in user.trackers if tracker.kind != "interface"]


def _is_effective(config: KeepalivedConfig, tracker: Tracker) -> bool:
    """Whether keepalived finds what is tracked and does not remove it."""
    from rules.failover.vrrp.tracking import is_removed

    item = config.definition(tracker)
    return item is not None and not tracker.lost and not is_removed(config, item)


def _nothing(node: Node, config: KeepalivedConfig) -> Hit:
    first, *others = config.instances
    return Hit(
        first.name.span,
        f"keepalived checks nothing: when haproxy dies, the VIP of vrrp_instance '{first.name.raw}' stays where it is",
        help=_help(node, config),
        note="nothing is tracked here",
        related=[Related(instance.name.span, "nor here", node.name) for instance in others],
        fix=partial(_fix, node, config),
        node=node.name,
    )


def _something_else(node: Node, config: KeepalivedConfig) -> Iterator[Hit]:
    from rules.failover.watching import watches

    found = list(watches(node))
    items = [item for watch in found for item in watch.items if item.check.kind != "interface"]
    if len(found) != len(config.instances) or not items or any(watch.sees_haproxy for watch in found):
        return
    if not all(_tests_another_thing(item) for item in items):
        return
    watch: Watch = next(watch for watch in found if any(item in items for item in watch.items))
    names = listed(dict.fromkeys(f"{item.check.kind} '{item.tracker.name}'" for item in items))
    what = "tests" if len({item.check.key for item in items}) == 1 else "test"
    first = items[0]
    yield Hit(
        first.used.span if first.used is not None else first.tracker.span,
        f"nothing that keepalived on {node.name} checks is haproxy ({names} {what} something else): when haproxy dies "
        f"there, the VIP of vrrp_instance '{watch.instance.title}' stays",
        help=_help(node, config),
        note="not haproxy",
        related=[Related(watch.instance.name.span, "its VIP stays", node.name)],
        fix=partial(_fix, node, config),
        node=node.name,
    )


def _tests_another_thing(item: WatchedCheck) -> bool:
    """Whether a check tests for certain something that is not haproxy, and does so as it was meant."""
    from rules.failover.model import Subject
    from rules.support.commands.tree import ProbeKind, probes_of

    if item.check.kind == "file" or item.check.subject not in (Subject.OTHER, Subject.NEIGHBOUR, Subject.INTERFACE):
        return False
    if item.check.kind != "script":
        return True
    used = item.used
    if used is None or used.meaning.test is None or used.meaning.syntax:
        return False
    elsewhere = (ProbeKind.PING, ProbeKind.FILE, ProbeKind.PROCESS, ProbeKind.OTHER)
    return all(probe.kind in elsewhere for probe in probes_of(used.meaning.test))
