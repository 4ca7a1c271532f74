"""What is fuzzed: everything that reads what somebody else wrote or sent."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from parsers import haproxy_facts, keepalived_facts, parse_haproxy, parse_keepalived
from parsers.facts.kubernetes import kubernetes_facts
from parsers.kubernetes import parse_kubernetes
from parsers.source import Source
from parsers.tree import Document
from rules import Run, UnknownRuleError, options_for
from rules.engine.examples import read_cases
from rules.live.dns.messages import interpret, question, servers_of, zone_of
from rules.live.observations import NameServer, ReplyKind, Role
from rules.live.tls.certificate import read_certificate
from rules.plan import Cluster, ClusterError, parse_cluster
from rules.report import Style, renderer
from rules.report.failover import render as render_table
from rules.report.json import render as render_json
from tests.fuzz.loop import Target
from tests.live.dns.valid import ASKED, VALID
from tests.live.tls.der import by_hand
from tests.programs import ROOT
from wizard.importer import import_files
from wizard.plan.draft_text import draft_text
from wizard.plan.file import write_plan
from wizard.plan.plan import PlanError, check_plan, plan_of
from wizard.render.files import render
from wizard.render.quoting import RenderError

_SEEDS = Path(__file__).parent / "seeds"
_LARGEST_SEED = 6000  # bytes: small inputs are tried fast
_FORMATS = ("full", "concise", "json", "github", "sarif", "gitlab", "junit", "checkstyle")
_FILE = re.compile(r"^--- (\S+)$", re.MULTILINE)
_ID = b"id"
"""Stands for the id of the query, which is another one each time."""


def _text(data: bytes) -> str:
    return Source.from_bytes("fuzzed", data).text


# Parsers


def _lossless(document: Document, text: str) -> None:
    assert str(document) == text
    for problem in document.problems:
        assert problem.message
        assert 0 <= problem.span.start <= problem.span.end <= len(text)


def _read(facts: Any, depth: int = 3) -> None:
    """Ask for everything that facts have to say: they are read from the tree when they are asked for."""
    for name, kind in vars(type(facts)).items():
        if not name.startswith("_") and isinstance(kind, (property, cached_property)):
            value = getattr(facts, name)
            items = (
                value.values() if isinstance(value, dict) else value if isinstance(value, (tuple, list)) else [value]
            )
            for item in items if depth else ():
                if depth and type(item).__module__.startswith("parsers.facts"):
                    _read(item, depth - 1)


def _haproxy(data: bytes) -> None:
    text = _text(data)
    document = parse_haproxy(text)
    _lossless(document, text)
    _read(haproxy_facts([document]))


def _keepalived(data: bytes) -> None:
    text = _text(data)
    document = parse_keepalived(text)
    _lossless(document, text)
    _read(keepalived_facts(document))


def _kubernetes(data: bytes) -> None:
    text = _text(data)
    document = parse_kubernetes(text)
    _lossless(document, text)
    _read(kubernetes_facts([document]))


# Whole runs. An input is a fleet, written as in rules/examples: a line "--- PATH" before each file.


def _fleet(data: bytes) -> dict[str, str]:
    _, *parts = _FILE.split(_text(data))
    return {path: text.removeprefix("\n") for path, text in zip(parts[::2], parts[1::2], strict=True)}


def _cluster(files: Mapping[str, str]) -> Cluster | None:
    try:
        return parse_cluster(files["halb.toml"], "halb.toml") if "halb.toml" in files else None
    except ClusterError:
        return None


def _lint(data: bytes) -> None:
    files = _fleet(data)
    try:
        options = options_for(_cluster(files))
    except UnknownRuleError:
        return
    run = Run({path: text for path, text in files.items() if path != "halb.toml"}, options)
    report = run.report()
    assert not report.crashes, report.crashes[0]
    table = run.failover(pairs=False)
    for name in _FORMATS:
        renderer(name)(report, Style()).encode("utf-8", "backslashreplace")
    render_json(report, Style(), table).encode()
    render_table(table, Style()).encode("utf-8", "backslashreplace")


def _import(data: bytes) -> None:
    files = _fleet(data)
    cluster = _cluster(files)
    texts = {path: text for path, text in files.items() if path.endswith((".cfg", ".conf"))}
    imported = import_files(texts, None, cluster)
    if not imported.candidates:
        text, _ = draft_text(imported.draft, Path())
        tomllib.loads(text)  # what has to be corrected in it is said, but it is TOML


def _plan(data: bytes) -> None:
    """A halb.toml: refused with words, or read, completed, rendered, and written so that it is the same plan."""
    text = _text(data)
    try:
        plan = plan_of(parse_cluster(text, "halb.toml"))
        if list(check_plan(plan)):
            return
        render(plan, checked=True)
        again = write_plan(plan, text)
    except (ClusterError, PlanError, RenderError):
        return
    assert plan_of(parse_cluster(again, "halb.toml")) == plan


# The network

_SERVERS = (NameServer("192.0.2.53"), NameServer("192.0.2.1", role=Role.AUTHORITY))


def _dns(data: bytes) -> None:
    """A first byte that says what was asked, of whom, and how; then the message."""
    choice, wire = (data[:1] or b"\0")[0], data[1:]
    rdtype = list(ASKED)[choice % len(ASKED)]
    asked, server = ASKED[rdtype], _SERVERS[choice >> 2 & 1]
    if wire.startswith(_ID):
        wire = asked.wire[:2] + wire[2:]
    reply = interpret(wire, asked, server, tcp=bool(choice & 8))
    assert bool(reply.records) == (reply.kind is ReplyKind.ANSWER and rdtype in ("A", "AAAA"))
    assert all(0 <= ttl < 2**31 for ttl in (reply.ttl or 0, reply.negative_ttl or 0))
    shown = [reply.zone, *(name for alias in reply.chain for name in (alias.name, alias.target))]
    shown += [zone_of(wire, asked), *servers_of(wire, asked)]
    assert all(name.isascii() and name.isprintable() for name in shown)
    reply.detail.encode("utf-8", "backslashreplace")


def _question(data: bytes) -> None:
    try:
        question(data.decode("utf-8", "surrogateescape"), "A", recursion=True)
    except ValueError:
        return


def _der(data: bytes) -> None:
    try:
        read = read_certificate(data)
    except ValueError as error:
        if not str(error).startswith("not a readable X.509 certificate: "):
            raise
        return
    "".join((read.subject, read.issuer, *read.names)).encode()


# Seeds and words, all our own


@cache
def _examples() -> tuple[dict[str, str], ...]:
    files = sorted((ROOT / "rules/examples").glob("*.txt"))
    return tuple(case.files for file in files for case in read_cases(file.read_text(encoding="utf-8")))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if text.isprintable() else "replace")


def _texts(*endings: str, corpus: str = "") -> list[bytes]:
    """The files of the examples, and of the corpus, whose names end so."""
    found = [_bytes(text) for files in _examples() for path, text in files.items() if path.endswith(endings)]
    if corpus:
        found += [path.read_bytes() for path in sorted((ROOT / "tests/corpus" / corpus).iterdir()) if path.is_file()]
    return [data for data in dict.fromkeys(found) if len(data) <= _LARGEST_SEED]


def _fleets() -> list[bytes]:
    found = []
    for files in _examples():
        shown = {path: text for path, text in files.items() if path not in ("live", "host", "native")}
        data = _bytes("".join(f"--- {path}\n{text}" for path, text in shown.items()))
        if shown and len(data) <= _LARGEST_SEED:
            found.append(data)
    return list(dict.fromkeys(found))


def _plans() -> list[bytes]:
    return [*_texts("halb.toml"), *(path.read_bytes() for path in sorted(_SEEDS.glob("*.toml")))]


def _messages() -> list[bytes]:
    kinds = list(ASKED)
    return [
        bytes([kinds.index(rdtype) + more]) + _ID + wire[2:] for rdtype, wire in VALID.items() for more in (0, 4, 8)
    ]


def _certificates() -> list[bytes]:
    return [by_hand(), *(path.read_bytes() for path in sorted(_SEEDS.glob("*.der")))]


def _keywords(*names: str) -> list[bytes]:
    """The words of our keyword tables."""
    found: dict[bytes, None] = {}
    for name in names:
        for line in (ROOT / "parsers/keywords" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                found |= dict.fromkeys(word.encode() for word in re.findall(r"[A-Za-z][\w.-]{2,}", line))
    return list(found)


def _keys() -> list[bytes]:
    from rules.plan import every_key

    return [part.encode() for key in every_key() for part in re.split(r"[.\[\]]+", str(key)) if part]


def _labels() -> list[bytes]:
    pointers = [b"\xc0\x0c", b"\xc0\x00", b"\xff\xff", b"\x00\x05\x00\x01", b"\x00\x01\x00\x01", b"\x00\x06\x00\x01"]
    return [*pointers, b"\x04kube\x07example\x03com\x00", b"\x00\x00\x29", b"\x3f", b"\x40", b"\x00\x1c\x00\x01"]


def _elements() -> list[bytes]:
    tags = [0x30, 0x31, 0xA0, 0xA3, 0x04, 0x06, 0x02, 0x03, 0x17, 0x18, 0x0C, 0x13, 0x1E, 0x1C, 0x82, 0x87, 0x80]
    lengths = [
        b"\x00",
        b"\x01",
        b"\x7f",
        b"\x80",
        b"\x81\x80",
        b"\x82\x01\x00",
        b"\x84\xff\xff\xff\xff",
        b"\x83\x00\x00",
    ]
    return [*(bytes([tag]) + length for tag in tags for length in lengths), b"\x55\x1d\x11", b"\x55\x1d\x23"]


def _every() -> Iterator[Target]:
    haproxy, keepalived = ("haproxy", "haproxy_forms", "haproxy_samples"), ("keepalived",)
    yield Target(
        "haproxy",
        _haproxy,
        lambda: _texts(".cfg", corpus="haproxy"),
        lambda: _keywords(*haproxy),
        ("parsers/haproxy", "parsers/grammar", "parsers/facts/haproxy"),
    )
    yield Target(
        "keepalived",
        _keepalived,
        lambda: _texts(".conf", corpus="keepalived"),
        lambda: _keywords(*keepalived),
        ("parsers/keepalived", "parsers/grammar", "parsers/facts/keepalived"),
    )
    yield Target(
        "kubernetes",
        _kubernetes,
        lambda: _texts(".yaml"),
        covered=("parsers/kubernetes", "parsers/facts/kubernetes"),
    )
    both = (*haproxy, *keepalived)
    yield Target("lint", _lint, _fleets, lambda: _keywords(*both), ("parsers", "rules/checks", "rules/failover"))
    yield Target("import", _import, _fleets, lambda: _keywords(*both), ("parsers/facts", "wizard/importer"))
    yield Target("halb-toml", _plan, _plans, _keys, ("rules/plan", "wizard/plan"))
    yield Target("dns", _dns, _messages, _labels, ("rules/live/dns/messages.py",))
    yield Target("name", _question, lambda: [b"kube.example.com", "kübe.example.com".encode()])
    yield Target("der", _der, _certificates, _elements, ("rules/live/tls/certificate.py",))


TARGETS = {target.name: target for target in _every()}
