"""HA030: a keyword that haproxy no longer has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.haproxy import REMOVED
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.haproxy.absent import absent, is_newer
from rules.support.haproxy.forms.released import absent_words
from rules.support.haproxy.removed import header_address

if TYPE_CHECKING:
    from parsers.facts.haproxy import HaproxyConfig
    from parsers.haproxy import Section
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings
    from rules.support.haproxy.absent import Absent


@rule("HA030", "removed-keyword", Severity.ERROR, Scope.HAPROXY)
def check(config: HaproxyConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A keyword, option or spelling that haproxy has removed.

    Why it hurts: haproxy refuses the file. Old guides are full of them: `clitimeout` and the like, `reqadd`, `nbproc`,
    `listen web 0.0.0.0:80` with the address after the name, `option http-use-htx`.

    How to fix: the help names the successor. Set `haproxy-version` in `[lint]` of halb.toml to the installed version:
    what was removed by then is reported, too, and `newer-keyword` reports what was added later.

    Silent when: without `haproxy-version`, any version from 2.6 on accepts the keyword; for lines under a condition and
    for words with a placeholder.
    """
    version = settings.haproxy_version
    for section in config.sections:
        yield from _header(section)
    for found in absent(config, version):
        if not is_newer(found.entry, version):
            yield _hit(found, version)
    for fault in absent_words(config, version) if version is not None else ():
        if fault.releases.startswith("-"):
            yield Hit(fault.span, fault.message, help=fault.help, note=f"not in {version}")


def _header(section: Section) -> Iterator[Hit]:
    address = header_address(section)
    if address is not None and section.condition is None:
        yield Hit(
            address.span,
            f"the address '{address.value}' follows the name of {section.label}, as in haproxy 1; since then it needs "
            "a 'bind' line, and haproxy refuses the file",
            help=f"write 'bind {address.value}' on its own line in the section",
            note="needs 'bind'",
            fix=partial(_bound_inside, section, address),
        )


def _bound_inside(section: Section, address: Word) -> Fix:
    bind = f"bind {address.value}"
    return Fix.cut(address.span, title=f"write '{bind}' below").also(Fix.add("inside", section.header.span, bind))


# What only has another name now.
_RENAMED = {
    "clitimeout": "timeout client", "srvtimeout": "timeout server", "contimeout": "timeout connect",
    "redispatch": "option redispatch", "redisp": "option redispatch",
}  # fmt: skip


def _hit(found: Absent, version: str | None) -> Hit:
    word, what, entry, removal = found
    advice = entry.instead or removal
    renamed = _RENAMED.get(word.value) if word.value in what else None
    fix = partial(Fix.write, word.span, renamed) if renamed else None
    # Without a version, only what every version refuses gets here.
    if version is None or entry.status(version) == REMOVED or not entry.since:
        when = f" in haproxy {entry.dropped}" if entry.dropped else ""
        message = f"{what} was removed{when}; haproxy refuses the file"
        return Hit(word.span, message, help=advice, note="removed", fix=fix)
    message = f"{what} was removed before haproxy {version}; {entry.versions[-1]} was the last version with it"
    return Hit(word.span, message, help=advice, note=f"not in {version}", fix=fix)
