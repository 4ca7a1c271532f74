"""What an HTTP check sends, as `option httpchk` and `http-check send` say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parsers.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from parsers.facts.haproxy import Proxy
    from parsers.facts.values import Value
    from parsers.haproxy import HaproxyLine
    from parsers.source import Span
    from parsers.tree import Word

_HEALTH_PATHS = ("/readyz", "/healthz", "/livez")

# Words of `http-check send` that are followed by one value.
_WITH_VALUE = ("meth", "uri", "uri-lf", "ver", "body", "body-lf")


class HttpCheck(NamedTuple):
    """The request of an HTTP check.

    `option` is the `option httpchk` that counts, `version` the word with the protocol version (None: HTTP/1.0),
    `headers` the names in lower case, `sends` the `http-check send` lines.
    """

    option: Value[str]
    version: Word | None
    headers: tuple[str, ...]
    sends: tuple[HaproxyLine, ...]


def http_check_of(backend: Proxy) -> HttpCheck | None:
    """The HTTP check of a backend; None if it has another one, or not all of it is known."""
    option = backend.effective_check
    if option is None or option.value != "httpchk" or not option.certain or not backend.certain:
        return None
    lines = [option.directive, *backend.http_checks]
    if any(line.condition is not None or any(word.dynamic for word in line.args) for line in lines):
        return None
    args = option.directive.args
    version: Word | None = args[3] if len(args) > 3 else None
    headers = ["host"] if len(args) > 4 else []  # since 3.0 a fifth word is the Host header
    sends = tuple(line for line in backend.http_checks if line.args and line.args[0].value == "send")
    for line in sends:
        sent, names = _sent(line)
        version, headers = sent or version, headers + names
    return HttpCheck(option, version, tuple(headers), sends)


def _sent(line: HaproxyLine) -> tuple[Word | None, list[str]]:
    """The version and the headers of one `http-check send`."""
    args, at = line.args, 1
    version: Word | None = None
    names: list[str] = []
    while at < len(args):
        name = args[at].value
        if name == "ver" and at + 1 < len(args):
            version = args[at + 1]
        elif name == "hdr" and at + 1 < len(args):
            names.append(args[at + 1].value.lower())
        at += 3 if name == "hdr" else 2 if name in _WITH_VALUE else 1
    return version, names


def accepts_status(method: str, text: str) -> Callable[[int], bool] | None:
    """Whether `http-check expect status TEXT` (or `rstatus`) takes an answer with a status; None if it is not known."""
    if method == "status" and re.fullmatch(r"[0-9]{3}(?:[-,][0-9]{3})*", text):
        ranges = [[int(end) for end in part.split("-")] for part in text.split(",")]
        return lambda status: any(part[0] <= status <= part[-1] for part in ranges)
    # An expression that Python may read otherwise than PCRE is not known.
    plain = len(text) < 100 and "[[" not in text and "--" not in text
    if method == "rstatus" and plain and re.fullmatch(r"[0-9^$()|.\[\]-]+", text):
        try:
            pattern = re.compile(text)
        except re.error:
            return None
        return lambda status: pattern.search(str(status)) is not None
    return None


class HealthExpectation(NamedTuple):
    """What the check of a health endpoint wants: whether a status passes, the `option httpchk`, and the place that says
    the status (None: any below 400).
    """

    accepts: Callable[[int], bool]
    option: Span
    said: Span | None


def health_expectation(backend: Proxy) -> HealthExpectation | None:
    """What a backend's check wants of the API server's health endpoint; None if it asks something else, or it is not
    known.
    """
    found = http_check_of(backend)
    if found is None or set(found.headers) - {"host"}:
        return None
    option = " ".join(word.value for word in found.option.directive.words)
    texts = [option, *(line.line_text for line in backend.http_checks)]
    if not any(path in text for text in texts for path in _HEALTH_PATHS):
        return None
    lines = [line for line in backend.http_checks if line.first_arg == "expect"]
    if not lines:
        return HealthExpectation(lambda status: 200 <= status < 400, found.option.span, None)
    words = [word.value for word in lines[0].args]
    if len(lines) > 1 or len(words) < 3 or words[-2] not in ("status", "rstatus") or "!" in words:
        return None
    accepts = accepts_status(words[-2], words[-1])
    return None if accepts is None else HealthExpectation(accepts, found.option.span, lines[0].args[-1].span)
