"""Lines of haproxy.cfg, right and wrong, each in a file that is right without it: what haproxy and halb-lint say.

`seeds.txt` has right lines, of which more are made: the line cut off behind each word, with a word more, and with each
word of a kind replaced by what is not of that kind. `python -m tests.tools.lines` asks the installed haproxy and writes
its answers to `answers.tsv`; with `--compare` it prints the share of refused lines that halb-lint reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
SEEDS, ANSWERS = FOLDER / "seeds.txt", FOLDER / "answers.tsv"

_KIND = re.compile(r"<([ntwaps]):([^>]+)>")
_NUMBERS = ("abc", "-1", "0", "99999999999", "5x")
_WRONG = {
    "n": _NUMBERS,
    "t": ("abc", "-1", "5x", "1.5s", "30d"),
    "w": ("bogus",),
    "a": ("192.0.2.1.5:80", "192.0.2.1:80;", "192.0.2.1:80/x", "192.0.2.1:80-90", "192.0.2.1:x"),
    "p": ("192.0.2.1.5:80", "192.0.2.1:80;", "192.0.2.1:80/x", "192.0.2.1", "192.0.2.1:+5", "192.0.2.1:0", ":x"),
    "s": ("abc", "-1", "99"),
}
_TIMES = "    timeout connect 5s\n    timeout client 5s\n    timeout server 5s\n"
_OTHERS = (
    "userlist u\n    user a insecure-password x\nhttp-errors errs\n    errorfile 503 /dev/null\n"
    "cache c\n    total-max-size 4\npeers p\n    peer lb1 127.0.0.1:16460\nmailers mails\n    mailer m 192.0.2.1:25\n"
    "resolvers r\n    nameserver n 192.0.2.53:53\n"
)
_PROXY = "listen a\n    bind 127.0.0.1:16443\n    server s1 127.0.0.1:1\n"
_REST = f"defaults\n{_TIMES}backend b\n    mode MODE\n    server s1 127.0.0.1:1\n{_PROXY}    mode MODE\n"


class Line(NamedTuple):
    """One line in its place: `global`, `listen http`, `resolvers`, ..."""

    place: str
    text: str

    @property
    def directive(self) -> str:
        """The first word, with the second where that says more."""
        words = self.text.split()
        several = ("option", "timeout", "stats", "http-request", "http-response", "http-after-response", "http-check")
        if words[0] in ("tcp-request", "tcp-response"):
            return " ".join(words[:2])
        return words[0] if words[0] not in several else f"{words[0]}"


def lines() -> list[Line]:
    """Every line of the table: the seeds, and what is made of them."""
    found: dict[Line, None] = {}
    place = ""
    for raw in SEEDS.read_text(encoding="utf-8").splitlines():
        seed = raw.strip()
        if seed.startswith("["):
            place = seed.strip("[]")
        elif seed and not seed.startswith("#"):
            found.update(dict.fromkeys(Line(place, text) for text in _made_of(seed)))
    return list(found)


def _made_of(seed: str) -> Iterator[str]:
    plain = _KIND.sub(r"\2", seed)
    yield plain
    words = plain.split()
    yield from (" ".join(words[:count]) for count in range(len(words) - 1, 0, -1))
    yield f"{plain} extra-word"
    for match in _KIND.finditer(seed):
        for wrong in _WRONG[match[1]]:
            yield _KIND.sub(r"\2", seed[: match.start()] + wrong + seed[match.end() :])


def whole_file(line: Line) -> str:
    """A file that haproxy accepts but for the line."""
    section, _, mode = line.place.partition(" ")
    rest = _REST.replace("MODE", mode or "tcp")
    if section == "listen":
        return f"{_OTHERS}{rest}    {line.text}\n"
    if section == "backend":
        return f"{_OTHERS}{rest}backend own\n    mode {mode}\n    {line.text}\n"
    if section == "frontend":
        return f"{_OTHERS}{rest}frontend own\n    mode {mode}\n    bind 127.0.0.1:16444\n    {line.text}\n"
    if section == "defaults":
        return f"defaults\n{_TIMES}    {line.text}\nbackend b\n    server s1 127.0.0.1:1\n{_PROXY}"
    if section == "global":
        return f"global\n    {line.text}\n{_OTHERS}{rest}"
    own = {"ring": "    format rfc5424\n    size 32764\n", "cache": "    total-max-size 4\n"}.get(section, "")
    return f"{section} own\n{own}    {line.text}\n{rest}"
