"""KA027: a keyword that keepalived does not have."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from parsers.keywords.keepalived import keepalived_table
from rules.engine.finding import Fix, Hit, Severity
from rules.engine.registry import Scope, rule
from rules.support.keepalived.lines import places
from rules.support.keepalived.unknown import consequence, in_lvs, shown, unknown_lines, where
from rules.text.suggestions import closest

if TYPE_CHECKING:
    from parsers.facts.keepalived import KeepalivedConfig
    from parsers.keepalived.tree import KeepalivedDocument
    from parsers.tree import Word
    from rules.engine.settings import RuleSettings
    from rules.support.keepalived.lines import LinePlace

# What people used to another tool, or to abbreviations, write; difflib finds the rest.
_ALIASES = {
    "vrid": "virtual_router_id",
    "prio": "priority",
    "vip": "virtual_ipaddress",
    "vips": "virtual_ipaddress",
    "peers": "unicast_peer",
    "source_ip": "unicast_src_ip",
    "auth": "authentication",
    "password": "auth_pass",
    "type": "auth_type",
    "check_script": "track_script",
}


_SUGGESTED = 100  # unknown lines of one file that get a suggestion; more than that are not misspellings


def _meant(place: LinePlace) -> str:
    """The keyword of the block that was most likely meant, or ""."""
    names = keepalived_table().keywords(place.block)
    word = place.line.keyword
    folded = word.lower().replace("-", "_")
    if folded in names:
        return folded
    if _ALIASES.get(folded) in names:
        return _ALIASES[folded]
    return closest(folded, names)


def _help(word: str, meant: str) -> str:
    if shown(word) != word:
        return "replace the invisible characters at the start of the line with spaces"
    if meant:
        return f"write '{meant}'"
    return "remove the line, or write a keyword from keepalived.conf(5)"


def _too_new(document: KeepalivedDocument, release: str) -> Iterator[Hit]:
    """The keywords that no release has that is meant: "2.2" means the last of these too."""
    from rules.support.releases import KEEPALIVED_KNOWN, releases

    meant = releases(release)
    for place in places(document):
        keyword, line = place.keyword, place.line
        if keyword is None or keyword.since is None or line.condition is not None:
            continue
        unreleased = keyword.since == "git"
        if not unreleased and meant.have(keyword.since) is not False:
            continue
        since = f"a release after {KEEPALIVED_KNOWN[1]}" if unreleased else f"keepalived {keyword.since}"
        yield Hit(
            line.words[0].span,
            f"'{keyword.name}' needs {since}; this file is for {release}: {consequence(line)}",
            help="install a newer keepalived on all nodes, or remove the line",
            note=f"not in {release}",
        )


@rule("KA027", "unknown-keyword-typo", Severity.ERROR, Scope.KEEPALIVED)
def check(config: KeepalivedConfig, settings: RuleSettings) -> Iterator[Hit]:
    """A line starts with a word that is not a keyword of any keepalived block.

    Why it hurts: keepalived reports it and runs without the line. An unknown block is worse: keepalived does not skip
    it but reads its lines as keywords of the block around it, which then ends at its `}`. With `virtual_ip_address {`
    the instance has no address; with `unicast_peers {` in the middle of an instance, everything after it is lost
    (measured with keepalived 2.2.7).

    How to fix: write the keyword as in keepalived.conf(5); names are case-sensitive.

    Silent when: any release of keepalived knows the keyword, unless a release is set that is too old; the line is
    conditional or a placeholder; the word is a keyword of another block (KA047). In `virtual_server`, and for a word in
    `global_defs` that is not close to any keyword, it is a warning.
    """
    for number, (place, homes) in enumerate(unknown_lines(config.document)):
        if homes:
            continue
        line = place.line
        meant = _meant(place) if number < _SUGGESTED else ""
        minor = in_lvs(place) or (place.block == "global_defs" and not meant and not line.is_block)
        yield Hit(
            line.words[0].span,
            f"unknown keyword '{shown(line.keyword)}' {where(line)}: {consequence(line)}",
            help=_help(line.keyword, meant),
            note=f"did you mean '{meant}'?" if meant else "not a keyword",
            fix=partial(_fix, line.words[0], meant),
            severity=Severity.WARNING if minor else None,
        )
    if settings.keepalived_version is not None:
        yield from _too_new(config.document, settings.keepalived_version)


def _fix(word: Word, meant: str) -> Fix | None:
    if shown(word.value) == word.value:
        return Fix.write(word.span, meant, safe=False) if meant else None
    visible = "".join(char if shown(char) == char else " " for char in word.value).lstrip()
    if visible == word.value or shown(visible) != visible:
        return None
    return Fix.write(word.span, visible, "remove the invisible characters")
