"""Secrets in haproxy's expressions: keys of converters, constants that become a secret, patterns of telling fetches."""

from __future__ import annotations

from collections.abc import Iterator

from parsers.secrets.lazy import lazy
from parsers.secrets.names import CRYPTO, meant, telling
from parsers.secrets.pieces import Place

_CALL = lazy(r"(?<![\w.-])([A-Za-z_][\w.-]*+)\(([^()]*+(?:\([^()]*+\)[^()]*+)*+)(?:\)|\Z)")
_LOGIN_FETCH = lazy(r"http_auth_(?:pass|bearer|user)\b")
_VARIABLE = lazy(r"[\"']?(?:proc|sess|txn|req|res|check)\.[\w.]+[\"']?\Z")
_FILE = lazy(r"[\"']?/\S*\.(?:pem|crt|key|pub|cer)[\"']?\Z")
_NUMBERS = lazy(r"[\d\s,.-]*\Z")


def keys_in(value: str) -> Iterator[Place]:
    """Keys among the arguments of converters: `hmac(sha256,KEY)`. A variable or a file is none."""
    if "(" not in value:
        return
    for match in _CALL().finditer(value):
        name = meant(match[1])
        if name in CRYPTO:
            start = match.start(2)
            for number, argument in enumerate(match[2].split(",")):
                first = number == 0 and "decrypt" not in name
                if argument and not first and not _VARIABLE().match(argument) and not _FILE().match(argument):
                    yield start, start + len(argument)
                start += len(argument) + 1


def constants_in(value: str) -> Iterator[Place]:
    """Constants of an expression whose result is secret: `str(KEY)`, `concat(KEY)`."""
    for match in _CALL().finditer(value):
        name = match[1].lower()
        if name.endswith(("str", "bin", "concat")) and not _NUMBERS().match(match[2]):
            yield match.span(2)


def is_telling_fetch(value: str) -> bool:
    """Whether a word is an expression about something secret: `req.hdr(Authorization)`, `http_auth_pass`."""
    if "(" not in value and "http_auth_" not in value:
        return False
    if _LOGIN_FETCH().search(value):
        return True
    return any(
        not match[1].lower().startswith("http_auth") and any(telling(name.strip("\"' ")) for name in _names(match[2]))
        for match in _CALL().finditer(value)
    )


def _names(arguments: str) -> Iterator[str]:
    """The first argument of a call; of a variable, the part behind its scope."""
    first = arguments.split(",", 1)[0]
    yield first.rpartition(".")[2] if first.startswith(("proc.", "sess.", "txn.", "req.", "res.")) else first
