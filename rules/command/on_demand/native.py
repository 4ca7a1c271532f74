"""`halb-lint --native`: what the daemons of this machine say about the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rules.command.on_demand.host import own_files
from rules.command.on_demand.installed import installed
from rules.live.native.asking import ask_daemons

if TYPE_CHECKING:
    from rules.engine.finding import Report
    from rules.engine.run import Run
    from rules.engine.settings import RuleSettings
    from rules.files.inputs import Inputs
    from rules.live.native.answers import NativeAnswers

_DAEMONS = ("haproxy", "keepalived")


def ask(run: Run, inputs: Inputs, say: Callable[[str], None]) -> NativeAnswers:
    """Ask the daemons that are installed here, of the nodes' release where that is known. Nothing raises."""
    releases = installed(_DAEMONS)
    unasked = dict(_of_other_releases(run.options.settings, releases))
    nodes = [node for node in run.node_files if inputs.stdin not in (*node.haproxy, *node.keepalived)]
    if len(nodes) < len(run.node_files):
        say(f"haproxy and keepalived were not asked about {inputs.stdin}: they read files")
    has = {"haproxy": any(node.haproxy for node in nodes), "keepalived": any(node.keepalived for node in nodes)}
    asked = [
        f"{daemon} {release}" for daemon, release in sorted(releases.items()) if has[daemon] and daemon not in unasked
    ]
    if asked:
        say(f"asked {' and '.join(asked)} about the files")
    own = inputs.local or own_files(run.fleet)
    return ask_daemons(nodes, run.options.config_ids, own=own, unasked=unasked)


def _of_other_releases(settings: RuleSettings, releases: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The daemons of which the nodes have another release than this machine: what they say is about that one."""
    wanted = {"haproxy": settings.haproxy_version, "keepalived": settings.keepalived_version}
    for daemon, release in wanted.items():
        here = releases.get(daemon)
        if release is not None and here is not None and not f"{here}.".startswith(f"{release}."):
            yield daemon, f"{daemon} {here} is installed here, and the nodes have {release}"


def say_what_is_unknown(report: Report, say: Callable[[str], None]) -> None:
    """Tell which daemon was not asked, or has said nothing that counts, and why."""
    for reason in dict.fromkeys(item.reason for item in report.skipped if item.code.startswith("NT")):
        say(f"--native: {reason}")
