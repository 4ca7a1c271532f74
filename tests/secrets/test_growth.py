"""Looking for secrets costs time in proportion to the text, whatever it repeats."""

from __future__ import annotations

import time

import pytest

from parsers import parse_haproxy, parse_keepalived
from parsers.secrets.plain import plain_places

REPEATED = (
    *(
        "a",
        "a-",
        "token=",
        "a_token=b,",
        "a:b,",
        "a:b@ ",
        "h://a:b",
        "://a:b@",
        "'",
        '"',
        "\\",
        "{{",
        "${A-",
        "{% ",
        "f(",
    ),
    *(
        "hmac(",
        "hmac(a,b",
        "eyJ-",
        "$5$",
        "Basic ",
        "X-Token:",
        "%[",
        "=",
        "secret x ",
        "-p a ",
        "curl -u a:b ",
        "'a b' ",
    ),
    *("value x ", "streq($TOKEN,", '\\"a b\\" ', "is x1y2 ", "user a password b "),
)
LINES = (
    *("token x \\\n", "# token x \\\n", "auth_pass hunter2\n", "authentication {\n", "$PASS=x\\\n", "key 1 \\\n"),
    *("# the password is x1y2\n", "http-request set-header X-Token x\n", "{% if token %}\n", "# \\\n"),
)


def texts(size: int) -> dict[str, str]:
    """Texts of about this size, by what they repeat: in one line, in a command, in a comment, or line by line."""
    found = {}
    for piece in REPEATED:
        many = piece * (size // len(piece))
        found[piece] = f"backend b\n token {many}\n"
        found[f"command {piece}"] = f'vrrp_script a {{\n script "/x {many}"\n}}\n'
        found[f"# {piece}"] = f"# password {many}\n"
    return {**found, **{line: line * (size // len(line)) for line in LINES}}


def places(kind: str, text: str) -> int:
    """How many secrets are found in a text of this kind."""
    if kind == "plain":
        return len(list(plain_places(text)))
    return len(parse_haproxy(text).secrets if kind == "haproxy" else parse_keepalived(text).secrets)


def cost(kind: str, text: str) -> float:
    """Seconds of processor time for a text."""
    start = time.process_time()
    places(kind, text)
    return time.process_time() - start


@pytest.mark.slow
def test_cost_is_linear() -> None:
    small, large = texts(1_500), texts(6_000)
    slow = []
    for kind in ("haproxy", "keepalived", "plain"):
        for name, text in large.items():
            # Only what takes long is worth a second look.
            if (spent := cost(kind, text)) > 0.1 and min(spent, cost(kind, text)) > 4 * 3 * cost(kind, small[name]):
                slow.append((kind, name, spent))
    assert slow == []
