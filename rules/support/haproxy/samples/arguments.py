"""The arguments of fetches and converters: how many, and of which type. Measured with 2.6.12, 3.0.11 and 3.2.26."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.keywords.haproxy_samples import Signature, sample_table, signatures, stands_for
from parsers.records import NamedTuple
from rules.text.wording import clipped, counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parsers.grammar.haproxy_samples import SampleCall
    from parsers.keywords.haproxy import HaproxyKeyword, KeywordBlock


class ArgumentFault(NamedTuple):
    """What is wrong, what to write instead, and a short note."""

    message: str
    help: str
    note: str


_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = rf"{_BYTE}(?:\.{_BYTE}){{3}}"
# The letter of a type -> what an argument looks like, and how messages call it. An empty one ends the arguments.
_TYPES = {
    "i": (r"[+-]?\d*", "a number"),
    "m": (rf"\d|[12]\d|3[012]|{_ADDRESS}", "an IPv4 mask such as '24'"),
    "M": (r"\d{1,2}|1[01]\d|12[0-8]|.*:.*", "an IPv6 mask such as '64'"),
    "a": (_ADDRESS, "an IPv4 address"),
    "A": (r"[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*", "an IPv6 address"),
    "p": (r"\d+(?:\.\d+)*", "the number of a field, such as '1.2'"),
}
_NUMBERED = ("first", "second", "third", "fourth", "fifth")
# Texts that are looked up when all of the file is read, and may be left out: it is the proxy of the line then.
_IMPLIED = "bft"


def entry_of(name: str, fetch: bool) -> HaproxyKeyword | None:
    """The entry whose arguments and types count; an ACL keyword has those of its fetch."""
    table = sample_table()
    block: KeywordBlock = table.fetches if fetch else table.converters
    keyword = table.acls.exact(name) if fetch else None
    return block.exact(stands_for(keyword) if keyword is not None else name)


def argument_fault(call: SampleCall, fetch: bool, version: str | None) -> ArgumentFault | None:
    """What a release, or every known one (None), refuses about the arguments of a call."""
    entry = entry_of(call.name, fetch)
    if entry is None:
        return None
    what = f"the {'sample fetch' if fetch else 'converter'} '{call.name}'"
    taken = signatures(entry, version)
    given = None if call.arguments is None else [unquoted(text) for text in call.arguments]
    found = [_fault(what, call.name, given, signature) for signature in taken]
    if not all(found):
        return _special_fault(what, entry.name, given, fetch, taken)
    return found[-1]


def unquoted(text: str) -> str:
    """An argument as haproxy takes it: without quotes and escapes."""
    if not re.search(r"['\"\\]", text):
        return text
    pieces = re.findall(r"'([^']*)'?|\"((?:\\[\s\S]|[^\"\\])*)\"?|\\([\s\S])|([^'\"\\]+)", text)
    return "".join(
        single or re.sub(r"\\([\\ \"'])", r"\1", double) or escaped or plain
        for single, double, escaped, plain in pieces
    )


def _fault(what: str, name: str, given: list[str] | None, signature: Signature) -> ArgumentFault | None:
    """As haproxy reads them: an empty number ends the arguments, an empty text is one."""
    letters, least = signature
    if not letters:
        return _too_many(what, 0, len(given)) if given and given != [""] else None
    if given is None:
        if not least:
            return None
        given = [""]
    if len(given) > len(letters):
        return _too_many(what, len(letters), len(given))
    for place, text in enumerate(given):
        kind = _TYPES.get(letters[place])
        if kind is None:
            continue
        if not text:
            if place < least:
                return _missing(what, name, least)
            return _too_many(what, place, len(given)) if place + 1 < len(given) else None
        if not re.fullmatch(kind[0], text):
            return wrong_argument(what, place, len(letters), text, kind[1])
    if len(given) < least:
        return _missing(what, name, least)
    if letters[0] in "vu" and not given[0]:
        return _missing(what, name, least)
    return None


def _too_many(what: str, most: int, number: int) -> ArgumentFault:
    limit = f"at most {counted(most, 'argument')}" if most else "no arguments"
    advice = "remove the others" if most else "remove the parentheses and what is in them"
    return ArgumentFault(f"{what} takes {limit}, not {number}", advice, "too many arguments")


def _missing(what: str, name: str, least: int) -> ArgumentFault:
    message = f"{what} needs {counted(least, 'argument')}"
    return ArgumentFault(message, f"write '{name}(...)' with them", "arguments are missing")


def wrong_argument(what: str, place: int, most: int, text: str, wanted: str) -> ArgumentFault:
    """An argument that is not what the call wants."""
    which = f"the {_NUMBERED[place]} argument" if most > 1 and place < len(_NUMBERED) else "the argument"
    message = f"{which} of {what} has to be {wanted}, not '{clipped(text)}'"
    return ArgumentFault(message, f"write {wanted} there", "wrong argument")


def _special_fault(
    what: str, name: str, given: list[str] | None, fetch: bool, taken: Iterable[Signature]
) -> ArgumentFault | None:
    if given is None:
        if not any(signature.least for signature in taken):
            return None
        given = [""]
    from rules.support.haproxy.samples.wanted import is_as_wanted, needed, wanted

    kinds = wanted(name, fetch)
    if not kinds:
        return None
    if given == [""] and taken and all(signature.letters[:1] == "i" for signature in taken):
        given = []
    if name == "bytes" and any(signature.letters[:1] == "i" for signature in taken):
        return None  # numbers of any size, up to 2.8
    for place, (kind, text) in enumerate(zip(kinds, given, strict=False)):
        if kind.words and not is_as_wanted(kind, text):
            if not text and len(given) == 1 and place == 0:
                return _missing(what, name, 1)
            return wrong_argument(what, place, len(kinds), text, kind.words)
    if len(given) < needed(name):
        return _missing(what, name, needed(name))
    return None
