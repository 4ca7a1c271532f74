"""XN009: one file, copied to every node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rules.engine.finding import Hit, Related, Severity
from rules.engine.registry import Scope, rule
from rules.text.wording import listed

if TYPE_CHECKING:
    from parsers.tree import Directive
    from rules.fleet.fleet import Fleet
    from rules.fleet.routers import VrrpGroup


def _said(lines: Sequence[Directive]) -> tuple[object, ...]:
    """What a file says, without comments and spacing."""
    return tuple((tuple(word.value for word in line.words), _said(line.children or ())) for line in lines)


def _must_differ(group: VrrpGroup) -> list[str]:
    """The settings that two members share although they must not."""
    found = []
    sources = [m.instance.unicast_src_ip.value for m in group if m.instance.unicast_src_ip is not None]
    if len(set(sources) - {None}) < len([source for source in sources if source is not None]):
        found.append("unicast_src_ip")
    if not all(m.instance.initial_state == "BACKUP" and m.instance.effective_nopreempt for m in group):
        found.append("priority")
    return found


@rule("XN009", "identical-config-on-all-nodes", Severity.WARNING, Scope.FLEET)
def check(fleet: Fleet) -> Iterator[Hit]:
    """Two nodes or more have the same keepalived.conf, word for word.

    Why it hurts: the file was copied. With one priority, which node holds the VIP is decided by which started first;
    with one `unicast_src_ip`, all nodes but its owner stay in FAULT (measured with keepalived 2.2.7). XN010 and XN015
    report what follows from it, line by line; this is the cause.

    How to fix: give each node its own `priority` and `unicast_src_ip`, and the other nodes as peers. One file for all
    nodes works with `@name ` before the lines that are only for the node of that name.

    Silent when: the file has lines for each node (`@name`), a template, or an include that can't be read; or nothing in
    it has to differ: `state BACKUP` and `nopreempt` everywhere, with multicast.
    """
    same: dict[tuple[object, ...], list[str]] = {}
    configs = {node.name: node.keepalived for node in fleet.nodes if node.keepalived is not None}
    for name, config in configs.items():
        if config.complete and config.instances and not config.document.conditions:
            same.setdefault(_said(config.document.children), []).append(name)
    for names in same.values():
        if len(names) < 2:
            continue
        copies = set(names)
        groups = [group for group in fleet.vrrp_groups if sum(m.node.name in copies for m in group) > 1]
        wrong = list(dict.fromkeys(what for group in groups for what in _must_differ(group)))
        if not wrong:
            continue
        first, *others = names
        places = {name: configs[name].instances[0].name.span for name in names}
        yield Hit(
            places[first],
            f"{listed(names)} have the same keepalived.conf, but {listed(wrong)} must differ",
            help=f"give each node its own {listed(wrong)}; in one file for all, put '@NAME ' before the lines for the "
            "node of that name",
            note=f"{first}: the same file",
            related=[Related(places[name], f"{name}: the same file", name) for name in others],
            node=first,
        )
