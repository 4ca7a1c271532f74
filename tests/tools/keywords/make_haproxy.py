"""Writes `parsers/keywords/haproxy.txt` from tests/tools/keywords/haproxy.txt (`make renew WHAT=keywords`).

The inventory says, per version, which keyword each section, bind line, server line and so on accepted.
What the probe could not see (words that the parser compares by hand, keywords that depend on how haproxy
was built) is added or smoothed here and in haproxy_keyword_notes.py, each with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable

from tests.programs import ROOT
from tests.tools.keywords import HAPROXY, Json, read_haproxy
from tests.tools.keywords.haproxy_notes import (
    BACKPORTED,
    BUILD_ACTIONS,
    BUILD_FILTERS,
    BUILD_GLOBAL,
    COMPLETE,
    HAND_ACTIONS,
    HAND_OPTIONS,
    NOT_NEGATABLE,
    PHANTOMS,
    REFUSED,
    REMOVED_OPTION,
    REMOVED_SECTION,
    SERVER_ARGS,
    TIMEOUT_SIDES,
)

TABLE = ROOT / "parsers" / "keywords" / "haproxy.txt"

HEADER = """\
# Keywords of haproxy.cfg by version: what `haproxy -c` of each of these versions accepted.
# 2.6 is Debian's 2.6.12, 2.8 is 2.8.25, the others are 3.0.0, 3.2.0, 3.4.0 and 3.5-dev5 as released. The builds had no
# Lua and no device detection, and QUIC only in part: such keywords, once seen, count as accepted in later versions.
# Made by tests/tools/keywords/make_haproxy.py; do not edit.
#
# [block] complete|partial    in a complete block a name that is not listed is unknown to all these versions
# name [spec ...] [| text]    name* and name(*) match by prefix
#   2.6-  2.8-3.2  3.0        versions that accept it (none given: all of them; '-' alone: none)
#   ignored:2.6-              accepted with a warning, without effect
#   rejected:2.6-             known, but refused in this place
#   removed:2.7-              refused as removed; dropped=2.7 is the version that dropped it
#   args=1                    number of arguments (-1: it depends)
#   FE BE HTTP SSL ...        flags
#   | text                    what to write instead
"""


class Writer:
    """Collects the lines of the table."""

    def __init__(self, data: Json) -> None:
        self.data = data
        self.versions = [name for name in data if name != "_meta"]
        self.lines = [HEADER, "versions " + " ".join(self.versions)]

    def spec(self, present: Iterable[str], prefix: str = "") -> str:
        """The versions as ranges: "" for all of them, "-" for none."""
        chosen = [version in set(present) for version in self.versions]
        if all(chosen) and not prefix:
            return ""
        parts = []
        start = None
        for index, there in enumerate([*chosen, False]):
            if there and start is None:
                start = index
            elif not there and start is not None:
                first, last = self.versions[start], self.versions[index - 1]
                open_end = index == len(self.versions)
                parts.append(f"{first}-" if open_end else first if first == last else f"{first}-{last}")
                start = None
        return prefix + (",".join(parts) or "-")

    def block(self, name: str, complete: bool) -> None:
        self.lines.append(f"\n[{name}] {'complete' if complete else 'partial'}")

    def entry(self, name: str, *specs: str, text: str = "") -> None:
        line = " ".join([name, *[spec for spec in specs if spec]])
        self.lines.append(f"{line} | {text}" if text else line)

    def per_version(self, field: str) -> dict[str, list[str]]:
        """Names of a list-valued field, each with the versions that have it."""
        found: dict[str, list[str]] = {}
        for version in self.versions:
            for name in self.data[version][field]:
                found.setdefault(name, []).append(version)
        return found

    def later(self, versions: list[str]) -> list[str]:
        """The versions from the first of these on."""
        return self.versions[min(self.versions.index(v) for v in versions) :] if versions else []

    # -- the blocks

    def sections(self) -> None:
        """Which section keyword exists in which version."""
        found: dict[str, list[str]] = {}
        for version in self.versions:
            for name in self.data[version]["sections"]:
                found.setdefault(name, []).append(version)
        self.block("sections", complete=True)
        for name in sorted(found):
            self.entry(name, self.spec(found[name]))

    def section(self, section: str) -> None:
        """The keywords of one section."""
        accepted: dict[str, list[str]] = {}
        marks: dict[str, dict[str, list[str]]] = {"ignored": {}, "rejected": {}, "removed": {}}
        fields = {"ignored": "warning_ignored", "rejected": "rejected", "removed": "rejected_removed"}
        for version in self.versions:
            for name in self.data[version]["sections"].get(section, ()):
                accepted.setdefault(name, []).append(version)
            status = self.data[version]["status"].get(section, {})
            for mark, field in fields.items():
                for name in status.get(field, ()):
                    marks[mark].setdefault(name, []).append(version)
        self.block(f"section {section}", complete=section in COMPLETE)
        for name in REFUSED.get(section, ()):
            marks["rejected"][name] = accepted.pop(name)
        for name in BACKPORTED.keys() & accepted.keys():
            accepted[name] = [v for v in self.versions if v in (*accepted[name], BACKPORTED[name])]
        names = set(accepted).union(*marks.values()) - PHANTOMS.get(section, set())
        for name in sorted(names):
            noted = {mark: entries[name] for mark, entries in marks.items() if name in entries}
            versions = accepted.get(name, [])
            if not noted or (section == "global" and "removed" not in noted):
                versions = self.later(versions)
            specs = [self.spec(versions)] if versions else ["-"]
            specs += [self.spec(where, f"{mark}:") for mark, where in noted.items()]
            dropped, text = REMOVED_SECTION.get(name, ("", "")) if "removed" in noted else ("", "")
            self.entry(name, *specs, f"dropped={dropped}" if dropped else "", text=text)
        for name in BUILD_GLOBAL if section == "global" else ():
            self.entry(name)

    def removed(self) -> None:
        """Removed keywords, for readers that do not care about the section."""
        self.block("removed", complete=False)
        for name, (dropped, text) in sorted(REMOVED_SECTION.items()):
            self.entry(name, "-", f"dropped={dropped}" if dropped else "", text=text)

    def line_options(self, title: str, field: str, complete: bool) -> None:
        """Options of server or bind lines, with their number of arguments."""
        self.block(title, complete)
        found: dict[str, list[str]] = {}
        info: dict[str, Json] = {}
        for version in self.versions:
            for name, entry in self.data[version][field].items():
                found.setdefault(name, []).append(version)
                info[name] = entry
        if field == "bind_options":
            found["ssl"] = list(self.versions)  # registered apart from the others, so the dump does not list it
            info["ssl"] = {"args": 0, "needs_ssl": True}
        for name in sorted(found):
            args = info[name]["args"]
            shown = name
            if field == "server_options" and name in SERVER_ARGS:
                shown, args = SERVER_ARGS[name]
                if not shown:
                    continue
            flags = "SSL" if info[name].get("needs_ssl") else ""
            self.entry(shown, self.spec(self.later(found[name])), f"args={args}", flags)

    def options(self) -> None:
        """Names behind `option`, with the side that uses them."""
        self.block("options", complete=True)
        found = self.per_version("options")
        for name in BACKPORTED.keys() & found.keys():
            found[name] = [v for v in self.versions if v in (*found[name], BACKPORTED[name])]
        for name in sorted(set(found) | set(REMOVED_OPTION)):
            flags = HAND_OPTIONS.get(name, "")
            if name in found and not flags:
                last = next(v for v in found[name][::-1] if name in self.data[v]["options"])
                flags = " ".join(self.data[last]["options"][name])
                if flags == "FE BE" and name == "abortonclose":
                    flags = "BE"  # 3.4 also lets frontends have it
            negatable = "" if name not in NOT_NEGATABLE else "NONEG"
            dropped, text = REMOVED_OPTION.get(name, ("", ""))
            specs = [self.spec(found[name])] if name in found else ["-"]
            gone = [v for v in self.versions if v not in found.get(name, ())]
            if name in REMOVED_OPTION:
                specs.append(self.spec(gone, "removed:"))
            self.entry(name, *specs, flags, negatable, f"dropped={dropped}" if dropped else "", text=text)

    def names(self, title: str, field: str, complete: bool, sides: dict[str, str] | None = None) -> None:
        """A plain list of names."""
        self.block(title, complete)
        found: dict[str, list[str]] = {}
        for name, versions in self.per_version(field).items():
            word = name.split()[0].replace("(<name>)", "(*)").replace("(<n>)", "(*)")
            found.setdefault(word, []).extend(versions)
        if field == "modes":
            found["health"] = []
        for name in BUILD_FILTERS if field == "filters" else ():
            found[name] = list(self.versions)
        for name in sorted(found):
            if name == "health":
                advice = "use 'mode http' with 'http-request return status 200'"
                self.entry(name, "-", self.spec(self.versions, "removed:"), text=advice)
                continue
            self.entry(name, self.spec(self.later(found[name])), (sides or {}).get(name, ""))

    def actions(self) -> None:
        """Actions of the tcp and http rules."""
        rulesets: dict[str, dict[str, list[str]]] = {}
        for version in self.versions:
            for ruleset, names in self.data[version]["rule_actions"].items():
                for name in names:
                    rulesets.setdefault(ruleset, {}).setdefault(name, []).append(version)
        for ruleset in sorted(rulesets):
            self.block(f"actions {ruleset}", complete=True)
            found = rulesets[ruleset]
            for name in [*HAND_ACTIONS.get(ruleset, ()), *BUILD_ACTIONS]:
                found[name] = list(self.versions)
            for name in sorted(found):
                self.entry(name, self.spec(self.later(found[name])))


def render(data: Json) -> str:
    """The whole table as text."""
    writer = Writer(data)
    writer.sections()
    seen: dict[str, None] = {}
    for version in writer.versions:
        seen.update(dict.fromkeys(data[version]["sections"]))
    for section in seen:
        writer.section(section)
    writer.removed()
    writer.line_options("bind options", "bind_options", complete=True)
    writer.line_options("server options", "server_options", complete=True)
    writer.options()
    writer.names("timeouts", "timeouts", complete=True, sides=TIMEOUT_SIDES)
    writer.names("balance", "balance", complete=True)
    writer.names("modes", "modes", complete=True)
    writer.names("http-check", "http_check", complete=True)
    writer.names("tcp-check", "tcp_check", complete=True)
    writer.names("filters", "filters", complete=True)
    writer.names("services", "services", complete=False)
    writer.actions()
    return "\n".join(writer.lines) + "\n"


def main() -> None:
    """Write the table."""
    TABLE.write_text(render(read_haproxy(HAPROXY.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
