"""Writes parsers/keywords/keepalived.txt from tests/tools/keywords/keepalived.txt (`make renew WHAT=keywords`).

The inventory lists, per block, each keyword with its argument, range, first release and deprecation, as read from
keepalived's keyword registrations. The `HTTP_GET|SSL_GET` and `<any checker>` tables are written out once per checker,
so that the reader of the text file needs no special cases.
"""

from __future__ import annotations

import re

from tests.programs import ROOT
from tests.tools.keywords import KEEPALIVED, read_keepalived
from tests.tools.keywords import Json as Entry

TABLE = ROOT / "parsers" / "keywords" / "keepalived.txt"

HEADER = """\
# Keywords of keepalived.conf, block by block.
#
# Source: the keyword registrations of keepalived, releases 1.2.1 to 2.4.3 and the development tree of
# August 2026; ranges as release 2.2.7 checks them. Written by tests/tools/keywords/make_keepalived.py.
#
# block PATH MARK         `complete`: names, arguments and ranges; `names`: every name, arguments unknown
# NAME KIND ARGUMENT RANGE SINCE [option=value ...] [-- usage] [!! deprecation]
#   KIND      block, value-block (its lines are entries, not keywords), flag, bool, int, uint, decimal, string, ...;
#             `any` where only the name is known
#   ARGUMENT  arg (required), opt (optional), none, any (not known)
#   RANGE     lowest..highest of the first argument (characters for auth_pass), or -
#   SINCE     first release with the keyword (1.2.1 means that or earlier, git means after 2.4.3), or -
#   options   unit=s|ms, enum=A,B, many (may be repeated), decimal=RELEASE (fractions allowed from that release)
"""

CONNECTION = ("connect_ip", "connect_port", "bindto", "bind_if", "bind_port", "connect_timeout", "fwmark")
COMMON = ("retry", "delay_before_retry", "warmup", "delay_loop", "alpha", "log_all_failures")
# Which checkers register which of the shared keywords (check_*.c of 2.2.7).
CHECKERS = {
    "TCP_CHECK": CONNECTION + COMMON,
    "PING_CHECK": CONNECTION + COMMON,
    "UDP_CHECK": CONNECTION + COMMON,
    "DNS_CHECK": CONNECTION + COMMON,
    "SMTP_CHECK": CONNECTION + COMMON,
    "HTTP_GET": CONNECTION + COMMON,
    "SSL_GET": CONNECTION + COMMON,
    "MISC_CHECK": COMMON,
    "FILE_CHECK": (),
    "BFD_CHECK": (),
}
REAL_SERVER = "virtual_server/real_server"
# Names that open a block although their table only has the name.
BLOCKS = {
    ("virtual_server", "real_server"),
    (f"{REAL_SERVER}/SMTP_CHECK", "host"),
    (f"{REAL_SERVER}/HTTP_GET", "url"),
    (f"{REAL_SERVER}/SSL_GET", "url"),
    *((REAL_SERVER, checker) for checker in CHECKERS),
}
KINDS = {"unspecified": "any", "flag+enum": "enum"}
SCRIPTS = {"quorum_up", "quorum_down", "notify_up", "notify_down", "misc_path"}


def tables(data: dict[str, dict[str, Entry]]) -> dict[str, dict[str, Entry]]:
    """The inventory's tables with the shared checker keywords copied into each checker."""
    found: dict[str, dict[str, Entry]] = {}
    shared = data[f"{REAL_SERVER}/<any checker>"]
    for path, keywords in data.items():
        if "<any checker>" in path:
            continue
        for single in ("HTTP_GET", "SSL_GET") if "HTTP_GET|SSL_GET" in path else ("",):
            found[path.replace("HTTP_GET|SSL_GET", single)] = dict(keywords)
    for checker, names in CHECKERS.items():
        own = found.setdefault(f"{REAL_SERVER}/{checker}", {})
        own.update({name: shared[name] for name in names if name not in own})
    found[f"{REAL_SERVER}/SMTP_CHECK/host"] = {name: shared[name] for name in CONNECTION + COMMON}
    return found


def argument(entry: Entry) -> str:
    """Whether the keyword needs an argument: arg, opt, none or any."""
    usage = (entry["args"] or "").split("{")[0].strip()
    if entry["args"] is None:
        return "any"
    if not usage:
        return "none"
    while "[" in usage:
        usage = re.sub(r"\[[^][]*\]", "", usage).strip()
    return "arg" if usage else "opt"


def limits(entry: Entry) -> str:
    """`low..high`, either side possibly empty, or `-`."""
    low, high = entry["min"], entry["max"]
    if low is None and high is None:
        return "-"
    return f"{'' if low is None else f'{low:.10g}'}..{'' if high is None else f'{high:.10g}'}"


def line(path: str, name: str, entry: Entry) -> str:
    """One keyword as a line of the text file."""
    kind = str(entry["type"])
    options = []
    if "(decimal" in kind:
        options.append(f"decimal={kind.split('from ')[1].rstrip(')')}")
        kind = kind.split(" ", maxsplit=1)[0]
    kind = KINDS.get(kind, kind)
    if (path, name) in BLOCKS:
        kind = "block"
    if name in SCRIPTS:
        kind = "script"
    since = (entry["since"] or "-").removeprefix("v").replace("HEAD", "git")
    if entry.get("unit"):
        options.insert(0, f"unit={entry['unit']}")
    if entry.get("enum"):
        options.append("enum=" + ",".join(entry["enum"]))
    if entry.get("repeatable"):
        options.append("many")
    parts = [name, kind, argument(entry), limits(entry), since, *options]
    text = " ".join(parts)
    usage = (entry["args"] or "").removesuffix("{").strip()
    if usage and usage != "{ lines }":
        text += f" -- {usage}"
    if entry["deprecated"]:
        text += f" !! {entry['deprecated']}"
    return text


def mark(keywords: dict[str, Entry]) -> str:
    """`names` where most entries only have a name, `complete` otherwise."""
    known = sum(entry["args"] is not None for entry in keywords.values())
    return "complete" if known * 2 > len(keywords) else "names"


def render(data: dict[str, dict[str, Entry]]) -> str:
    """The whole table as text."""
    lines = [HEADER]
    for path, keywords in sorted(tables(data).items()):
        lines.append(f"block {path} {mark(keywords)}")
        lines.extend(line(path, name, entry) for name, entry in keywords.items())
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    """Write the table."""
    TABLE.write_text(render(read_keepalived(KEEPALIVED.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
