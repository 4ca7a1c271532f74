"""Reading halb.toml: its text, its tables and keys, and what its values say together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from parsers.source import Source, Span
from rules.plan.model import (
    API_PORT,
    Cluster,
    ClusterError,
    ControlPlaneNode,
    LintConfig,
    LoadBalancer,
    Setting,
    Vip,
    Vrrp,
)
from rules.plan.positions import Positions, Way
from rules.plan.readers import about, shown
from rules.plan.schema import SCHEMA, check_table, header, key_of
from rules.text.wording import clipped

LARGEST = 256 * 1024
"""Characters (and bytes) of the largest halb.toml that is read; the plan of a thousand machines is smaller."""

# tomllib's time and memory grow with the square of the parts of a dotted key; a DNS name has 127 labels at most.
_LONG_KEY = re.compile(
    r"""(?<![A-Za-z0-9_.-])(?:(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]++|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){128}"""
)
_TOML_PLACE = re.compile(r" \(at line ([0-9]+), column [0-9]+\)$")
_TWICE = re.compile(r"Cannot declare \((.*?)\) twice")
_ADVICE = {
    "Invalid value": "; a text needs quotes around it",
    "Cannot overwrite": "; the key or table is there already",
}

Settings = dict[str, Setting[Any]]


def read_cluster(path: Path) -> Cluster:
    """The halb.toml at `path`; raises ClusterError with the place and what is wanted."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ClusterError(f"{path}: {error.strerror or type(error).__name__}") from error
    except ValueError as error:  # a NUL in the path
        raise ClusterError(f"{shown(str(path))} can't be the path of a file") from error
    if len(data) > LARGEST:
        raise ClusterError(_too_large(path))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ClusterError(f"{path}:{line}: not UTF-8 text (byte {error.start})") from error
    return parse_cluster(text, path)


def parse_cluster(text: str, path: str | Path) -> Cluster:
    """The text of a halb.toml; `path` is what messages call it. Raises ClusterError like `read_cluster`."""
    source = Source(str(path), text)
    plan = _Plan(source)
    endpoint = plan.table("cluster")
    endpoint.pop("schema", None)
    cluster = Cluster(
        Path(path),
        source,
        **endpoint,
        control_plane=tuple(plan.control_plane()),
        vip=Vip(**plan.table("vip")),
        vrrp=Vrrp(**plan.table("vrrp")),
        load_balancers=tuple(plan.load_balancers()),
        haproxy=plan.table("haproxy"),
        lint=LintConfig(**{key.replace("-", "_"): setting.value for key, setting in plan.table("lint").items()}),
        secrets=tuple(plan.secrets),
    )
    check_together(cluster)
    return cluster


def check_together(cluster: Cluster) -> None:
    """What the values of a plan say together; raises ClusterError.

    Names and addresses are there once, `address` is IPv4 where there is an `address6`, and no machine has the VIP.
    A load balancer may have the address of a control-plane node: then haproxy runs on the control plane itself.
    """
    _families("[vip]", cluster.vip.address, cluster.vip.address6)
    for lb in cluster.load_balancers:
        _families(f"[[lb]] {lb.name.value}", lb.address, lb.address6)
    _once("[[control_plane]]", cluster.control_plane)
    _once("[[lb]]", cluster.load_balancers)
    machines: list[ControlPlaneNode | LoadBalancer] = [*cluster.control_plane, *cluster.load_balancers]
    owners = {address.value: machine.name.value for machine in machines for _, address in _addresses(machine)}
    for key, vip in cluster.vip._asdict().items():
        if vip is not None and vip.value.ip in owners:
            _fail(
                vip.span,
                f"[vip] {key}: '{vip.value}' is the address of {owners[vip.value.ip]} itself, and keepalived would "
                "delete that machine's own address; write one that no machine has",
            )


def _once(where: str, machines: Sequence[ControlPlaneNode | LoadBalancer]) -> None:
    names: dict[str, Setting[str]] = {}
    addresses: dict[Any, tuple[str, Span]] = {}
    for machine in machines:
        name = machine.name.value
        if name in names:
            other = names[name].span.line
            _fail(machine.name.span, f"two {where} tables have the name '{name}'; the other one is in line {other}")
        names[name] = machine.name
        for key, address in _addresses(machine):
            if address.value in addresses:
                whose, place = addresses[address.value]
                _fail(
                    address.span,
                    f"{where} {name} {key}: '{address.value}' is the address of {whose} already (line {place.line})",
                )
            addresses[address.value] = (name, address.span)


def _addresses(machine: ControlPlaneNode | LoadBalancer) -> Iterator[tuple[str, Setting[Any]]]:
    for key in ("address", "address6"):
        address = getattr(machine, key, None)
        if address is not None:
            yield key, address


def _families(where: str, first: Setting[Any] | None, second: Setting[Any] | None) -> None:
    if first is not None and second is not None and first.value.version == 6:
        _fail(first.span, f"{where} address: '{first.value}' is IPv6, as address6 is; write the IPv4 address here")


class _Plan:
    """The tables of one text, read by the schema."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.secrets: list[Span] = []
        self._data = _toml(source)
        self.positions = Positions(source)
        self._check_schema()
        for name, value in self._data.items():
            try:
                check_table(name, value)
            except ValueError as error:
                self._wrong((name,), str(error))

    def _check_schema(self) -> None:
        """The form of the file before all else: what a later one holds may be unknown here."""
        values = self._data.get("cluster")
        if isinstance(values, dict) and "schema" in values:
            self._settings("cluster", ("cluster",), header("cluster"), {"schema": values["schema"]})

    def table(self, name: str) -> Settings:
        """The values of `[name]` that are there."""
        return self._settings(name, (name,), header(name), self._data.get(name, {}))

    def tables(self, name: str) -> Iterator[tuple[Way, Settings]]:
        """Each `[[name]]`: the way to it, and its values that are there."""
        for index, values in enumerate(self._data.get(name, ())):
            machine = values.get("name")
            known = isinstance(machine, str) and machine.isprintable() and 0 < len(machine) <= 64
            where = f"{header(name)} {machine if known else f'number {index + 1}'}"
            yield (name, index), self._settings(name, (name, index), where, values)

    def control_plane(self) -> Iterator[ControlPlaneNode]:
        """The control-plane nodes in the file's order."""
        for way, settings in self.tables("control_plane"):
            port = settings.get("port") or Setting(API_PORT, self.positions.span(way))
            yield ControlPlaneNode(settings["name"], settings.get("address"), port)

    def load_balancers(self) -> Iterator[LoadBalancer]:
        """The load balancers in the file's order; each of their files has its own place."""
        for way, settings in self.tables("lb"):
            files = settings.pop("files", None)
            places = (self.positions.span((*way, "files", index)) for index in range(len(files.value) if files else 0))
            yield LoadBalancer(**settings, files=tuple(map(Setting, files.value if files else (), places)))

    def _settings(self, table: str, way: Way, where: str, values: Mapping[str, Any]) -> Settings:
        settings: Settings = {}
        for name, value in values.items():
            try:
                key = key_of(table, name)
            except ValueError as error:
                self._wrong((*way, name), str(error))
            try:
                read = key.read(value)
            except ValueError as error:
                self._wrong((*way, name), f"{where} {about(name, str(error))}")
            settings[name] = Setting(read, self.positions.span((*way, name)))
            if key.secret:
                # A place that is not known exactly hides the whole file.
                self.secrets.append(self.positions.exact((*way, name)) or self.source.span(0, len(self.source.text)))
        for name, key in SCHEMA[table].keys.items():
            if key.required and name not in settings and len(way) > 1:
                self._wrong(way, f"{where} has no {name}")
        return settings

    def _wrong(self, way: Way, text: str) -> NoReturn:
        place = self.positions.find(way)
        if place is None:
            raise ClusterError(f"{self.source.path}: {text}")
        _fail(place, text)


def _fail(place: Span, text: str) -> NoReturn:
    raise ClusterError(f"{place.source.path}:{place.line}: {text}")


def _too_large(path: str | Path) -> str:
    return f"{path}: larger than {LARGEST // 1024} KiB, which no halb.toml is"


def _toml(source: Source) -> dict[str, Any]:
    """The text as TOML, with or without byte order mark; ClusterError where it is none."""
    path, text = source.path, source.text
    if len(text) > LARGEST:
        raise ClusterError(_too_large(path))
    if long := _LONG_KEY.search(text):
        raise ClusterError(f"{path}:{source.position(long.start())[0]}: a key of more than 128 parts")
    try:
        return tomllib.loads(" " + text[1:] if text.startswith("\ufeff") else text)
    except tomllib.TOMLDecodeError as error:
        line, wrong = _toml_fault(source, str(error))
        raise ClusterError(f"{path}:{line}: {wrong}") from error
    except RecursionError as error:
        raise ClusterError(f"{path}: lists or tables are nested too deeply") from error
    except ValueError as error:  # Python reads no number of more than 4300 digits
        raise ClusterError(f"{path}: a number in it has too many digits") from error


def _toml_fault(source: Source, wrong: str) -> tuple[int, str]:
    """The line that tomllib means, and its message with what it leaves out."""
    place = _TOML_PLACE.search(wrong)
    line = int(place[1]) if place else source.line_count  # "at end of document"
    if twice := _TWICE.match(wrong):
        name = ".".join(re.findall("'([^']*)'", twice[1]))
        advice = "; its keys belong below the first"
        if name in SCHEMA and SCHEMA[name].many:
            advice = f"; write [[{name}]], one table per {SCHEMA[name].what}"
        return line, f"a second table [{clipped(name)}]{advice}"
    return line, f"not TOML: {wrong}{next((words for start, words in _ADVICE.items() if wrong.startswith(start)), '')}"
