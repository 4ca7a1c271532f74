"""Where the secrets of a YAML file about a cluster are: by the names before them, and by their shapes.

The text is searched, not what was understood of it, so that a file that is no YAML shows no more than another. Too much
is hidden rather than too little: only excerpts lose by it. All patterns are bounded, so that the time is linear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# Keys: tokens, passwords, keys and certificates of kubeadm, k0s, RKE2, K3s, Talos and manifests. Not paths to them.
_KEY = (
    r".*(?:token|secret|password|passwd|passphrase|credential|private[-_]?key|access[-_]?key|certificate[-_]?key"
    r"|key[-_]?data|cert[-_]?data|certificate[-_]?data|client[-_]?certificate|datastore-endpoint|datasource|auth[-_]?pass"
    r"|encryption\w*secret|api[-_]?key).*|psk|.*(?:ca|account|machine|\b)\.?(?:key|crt|cert)"
)
_HARMLESS = r".*(?:path|file|dir|ttl|config-secret|secretref|secretname|tokensecret|secrets-encryption).*"
_LONGEST_KEY = 80
_BY_SHAPE = (
    r"(?<!-)-{1,2}[a-z][\w-]{0,40}(?:token|secret|password|passwd|key)=([^\s\"']+)",
    r"://([^\s/@\"']{1,300})@",
    # The value under an environment variable's name.
    r"name:[ \t]{0,9}[\"']?\w{0,40}(?:TOKEN|SECRET|PASS|PWD|KEY)\w{0,40}[\"']?[ \t]{0,9}[\n,][ \t]{0,99}"
    r"value:[ \t]{0,9}([^\n]+)",
    r"([A-Za-z0-9+/]{40,}={0,2})",
    r"\b([a-z0-9]{6}\.[a-z0-9]{16})\b",  # tokens of kubeadm and Talos
    r"(-----BEGIN[^\n]*)",
)
_HIDDEN_KIND = r"^kind:[ \t]*[\"']?Secret\b"


def secrets_in(text: str) -> list[tuple[int, int]]:
    """Offsets of what must not be shown, in order, none over another."""
    found = [span for pattern in _BY_SHAPE for span in _groups(pattern, text)]
    found += _by_key(text)
    if re.search(_HIDDEN_KIND, text, re.MULTILINE):
        found += _of_objects(text)
    return _united(found)


def _groups(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    return (match.span(1) for match in re.finditer(pattern, text, re.IGNORECASE))


def _by_key(text: str) -> Iterator[tuple[int, int]]:
    """What follows a key with a telling name, to the end of the line; of a block (`|`) the lines below."""
    is_key, harmless = re.compile(_KEY, re.IGNORECASE), re.compile(_HARMLESS, re.IGNORECASE)
    colons, word = re.compile(r"[\"']?[ \t]?:(?:[ \t]|(?<=[\"']:))"), re.compile(r"[\w.+/-]*$")
    start, inside = 0, -1
    for line in text.splitlines(keepends=True):
        if inside >= 0:
            indent = len(line) - len(line.lstrip(" \t"))
            if indent > inside or not line.strip():
                yield start, start + len(line.rstrip("\r\n"))
            else:
                inside = -1
        if inside < 0 and ":" in line:
            for colon in colons.finditer(line):
                key = word.search(line[max(colon.start() - _LONGEST_KEY, 0) : colon.start()].rstrip("\"' \t"))
                if key is not None and is_key.fullmatch(key[0]) and not harmless.fullmatch(key[0]):
                    value = line[colon.end() :]
                    begin = start + colon.end() + len(value) - len(value.lstrip())
                    yield begin, max(start + len(line.rstrip()), begin)
                    inside = len(line) - len(line.lstrip(" \t")) if value.lstrip()[:1] in ("|", ">") else -1
                    break
        start += len(line)


def _of_objects(text: str) -> Iterator[tuple[int, int]]:
    """Everything behind a colon in objects of kind Secret."""
    at = 0
    for document in re.split(r"^(?=---)", text, flags=re.MULTILINE):
        if re.search(_HIDDEN_KIND, document, re.MULTILINE):
            yield from ((at + m.start(1), at + m.end(1)) for m in re.finditer(r":[ \t]([^\n]+)", document))
        at += len(document)


def _united(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif end > start:
            found.append((start, end))
    return found
