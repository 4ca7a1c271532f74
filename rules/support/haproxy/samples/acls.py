"""Faults of an ACL expression: its fetch and converters, its options, its match method (haproxy 2.6.12)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parsers.keywords.haproxy_samples import sample_table
from rules.support.haproxy.samples.expressions import covers, release_fault, sample_faults
from rules.support.haproxy.samples.kinds import OPTION, SampleFault
from rules.text.suggestions import hint
from rules.text.wording import clipped, listed

if TYPE_CHECKING:
    from parsers.tree import Word

_WITH_WORD = frozenset(("-f", "-m", "-u"))


def acl_faults(words: Sequence[Word], version: str | None) -> Iterator[SampleFault]:
    """What is wrong with an expression and the options after it; the values are not looked at."""
    yield from sample_faults(words[0], version, acl=True)
    at, loaded = 1, False
    while at < len(words) and words[at].value.startswith("-") and words[at].value != "--":
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else None
        if word.dynamic or (word.value in _WITH_WORD and following is not None and following.dynamic):
            return
        found = _option(word, version) or (_method(word, following, loaded, version) if word.value == "-m" else None)
        if found is not None:
            yield found
            return
        loaded |= word.value == "-f"
        at += 2 if word.value in _WITH_WORD else 1


def _option(word: Word, version: str | None) -> SampleFault | None:
    flags = sample_table().flags
    entry = flags.get(word.value)
    if entry is not None:
        return release_fault(word.span, f"the ACL option '{word.value}'", entry, version)
    if not covers(version):
        return None
    method = word.value[2:] if word.value.startswith("-m") else ""
    if method in sample_table().matches.entries:
        advice = f"write '-m {method}'"
    elif word.value[1:2].isdecimal():
        advice = f"write '-- {clipped(word.value)}': only then can a value begin with '-'"
    else:
        advice = f"write '--' before it if it is a value; the options are {listed(list(flags.entries))}"
    return SampleFault(OPTION, word.span, f"unknown ACL option '{clipped(word.value)}'", advice, "unknown")


def _method(word: Word, method: Word | None, loaded: bool, version: str | None) -> SampleFault | None:
    if loaded:
        message = "'-m' comes after '-f'; haproxy needs the match method before it reads the file"
        return SampleFault(OPTION, word.span, message, "move '-m' and its word before '-f'", "too late")
    matches = sample_table().matches
    known = listed(list(matches.entries), "or")
    if method is None:
        return SampleFault(OPTION, word.span, "'-m' needs a match method", f"write {known} after it", "no method")
    entry = matches.get(method.value)
    if entry is not None:
        return release_fault(method.span, f"the match method '{method.value}'", entry, version)
    if not covers(version):
        return None
    message = f"unknown match method '{clipped(method.value)}' after '-m'"
    return SampleFault(OPTION, method.span, message, hint(method.value, matches.entries, f"write {known}"), "unknown")
