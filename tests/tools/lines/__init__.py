"""Lines of haproxy.cfg, right and wrong, each in a file that is right without it: what haproxy and halb-lint say.

`seeds.txt` has right lines, of which more are made: the line cut off behind each word, with a word more, and with each
word of a kind replaced by what is not of that kind. `python -m tests.tools.lines` asks the haproxy of every release
that is there and writes their answers to `answers.tsv`; with `--compare` it prints the share of refused lines that
halb-lint reports.
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
    "userlist u\n    user a insecure-password x\n"
    "http-errors errs\n    errorfile 503 /dev/null\n    errorfile 504 /dev/null\n"
    "cache c\n    total-max-size 4\npeers p\n    peer lb1 127.0.0.1:16460\nmailers mails\n    mailer m 192.0.2.1:25\n"
    f"resolvers r\n    nameserver n 192.0.2.53:53\ndefaults\n{_TIMES}backend mailed\n    server s1 127.0.0.1:1\n"
    "    email-alert mailers mails\n    email-alert from a@example.com\n    email-alert to b@example.com\n"
)
_PROXY = "listen a\n    bind 127.0.0.1:16443\n    server s1 127.0.0.1:1\n"
_REST = (
    f"defaults\n{_TIMES}backend b\n    mode MODE\n    server s1 127.0.0.1:1 check\n"
    f"backend t\n    stick-table type ip size 10k store gpc0,gpt0,conn_cur\n{_PROXY}    mode MODE\n"
)
_SEVERAL = " ;; "


class Line(NamedTuple):
    """One line in its place (`global`, `listen http`, `resolvers`, ...), behind the lines that it needs and ` ;; `."""

    place: str
    text: str

    @property
    def directive(self) -> str:
        """The first word, with the second where that says more."""
        words = self.text.rpartition(_SEVERAL)[2].split()
        return " ".join(words[:2]) if words[0] in ("tcp-request", "tcp-response") else words[0]


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


def _made_of(whole: str) -> Iterator[str]:
    before, several, seed = whole.rpartition(_SEVERAL)
    yield from (f"{before}{several}{text}" for text in _variants(seed))


def _variants(seed: str) -> Iterator[str]:
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
    text = line.text.replace(_SEVERAL, "\n    ")
    if section == "global":
        return f"global\n    localpeer lb1\n    {text}\n{_OTHERS}{rest}"
    exposed = "    expose-experimental-directives\n" if section == "exposed" else ""
    return f"global\n    localpeer lb1\n{exposed}{_in_place(section, mode, text, rest)}"


def _in_place(section: str, mode: str, text: str, rest: str) -> str:
    if section in ("listen", "exposed"):
        return f"{_OTHERS}{rest}    {text}\n"
    if section == "backend":
        return f"{_OTHERS}{rest}backend own\n    mode {mode}\n    {text}\n"
    if section == "frontend":
        return f"{_OTHERS}{rest}frontend own\n    mode {mode}\n    bind 127.0.0.1:16444\n    {text}\n"
    if section == "defaults":
        own = f"defaults {mode}\n{_TIMES}    {text}\nbackend b\n    server s1 127.0.0.1:1\n"
        return f"{own}defaults\n{_TIMES}frontend f\n    bind 127.0.0.1:16447\n    default_backend b\n{_OTHERS}"
    own = {"ring": "    format rfc5424\n    size 32764\n", "cache": "    total-max-size 4\n"}.get(section, "")
    return f"{section} own\n{own}    {text}\n{rest}"
