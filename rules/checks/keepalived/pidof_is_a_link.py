"""KA053: pidof, started by keepalived itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.commands.plain import only_files

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from rules.support.commands.used import UsedCommand


@rule("KA053", "pidof-is-a-link", Severity.WARNING, Scope.KEEPALIVED, words=("pidof",))
def check(config: KeepalivedConfig) -> Iterator[Hit]:
    """A check is `pidof NAME`.

    Why it hurts: on Debian and Ubuntu `/usr/bin/pidof` is a symbolic link to `killall5`, which does pidof's work if it
    is called by that name. keepalived before 2.3.0 resolves the link and runs `killall5`: the check always fails, and
    with weight 0 no node has the VIP (measured with keepalived 2.2.7 of Debian 12).

    How to fix: `pgrep -x NAME`, or a `vrrp_track_process`; or let a shell run it: `"/usr/bin/sh -c 'pidof haproxy'"`.

    Silent when: a shell or a script runs pidof, which works; or `use_symlink_paths` is set (from 2.3.0).
    """
    if only_files(config):
        return
    from rules.support.commands.surroundings import keeps_links
    from rules.support.commands.tree import PIDOF, probes_of
    from rules.support.commands.used import checks_in

    for used in () if keeps_links(config) else checks_in(config):
        test = used.meaning.test
        found = next((p for p in probes_of(test) if p.fragile == PIDOF), None) if test is not None else None
        if found is None:
            continue
        path, name = used.command.argv[0], found.name.partition(" ")[0]
        yield Hit(
            used.span,
            f"{used.title} runs '{path}', on Debian and Ubuntu a symbolic link to killall5: keepalived before 2.3.0 "
            "runs killall5 in its place, which always fails",
            help=f"write '/usr/bin/pgrep -x {name}'",
            note="always fails before 2.3.0",
            fix=partial(_fix, used, f"/usr/bin/pgrep -x {name}"),
        )


def _fix(used: UsedCommand, text: str) -> Fix | None:
    from rules.support.keepalived.fixing import command

    return command(used, text)
