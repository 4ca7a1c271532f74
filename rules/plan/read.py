"""Reading halb.toml: its text, its tables and keys, and what its values say together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from parsers.source import Source, Span
from rules.plan.complete import Values, count
from rules.plan.keys.lint import LintChoice
from rules.plan.model import (
    API_PORT,
    Cluster,
    ClusterError,
    ControlPlaneNode,
    KeyPath,
    LoadBalancer,
    Setting,
    Vip,
)
from rules.plan.schema import SCHEMA, check_table, header, key_of
from rules.plan.together import together
from rules.plan.toml.load import LARGEST, load, too_large
from rules.plan.toml.places import Places, Way
from rules.plan.types.readers import about, shown

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
        raise ClusterError(too_large(path))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ClusterError(f"{path}:{line}: not UTF-8 text (byte {error.start})") from error
    return parse_cluster(text, path)


def parse_cluster(text: str, path: str | Path) -> Cluster:
    """The text of a halb.toml; `path` is what messages call it. Raises ClusterError like `read_cluster`."""
    source = Source(str(path), text)
    file = _File(source)
    values = {key: setting.value for key, setting in file.values.items()}
    for error in together(values, fold=False):
        twin = next((path for path in error.others if path.table == error.path.table), None)
        other = f" (the other one is in line {file.values[twin].span.line})" if twin else ""
        file.fail(file.values[error.path].span, f"{error}{other}", error.path, error.reason)
    cluster = Cluster(Path(path), source, secrets=tuple(file.secrets), values=file.values)
    return _view(cluster, file.places.span)


class _File:
    """The tables of one text, read by their declarations: the values with their places."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.secrets: list[Span] = []
        self.values: dict[KeyPath, Setting[Any]] = {}
        data = load(source)
        self.places = Places(source)
        self._check_schema(data)
        for name, value in data.items():
            try:
                check_table(name, value)
            except ValueError as error:
                self._wrong((name,), str(error))
        for name, table in SCHEMA.items():
            if table.many:
                for number, values in enumerate(data.get(name, ())):
                    self._table(name, number, (name, number), values)
            elif name in data:
                self._table(name, 0, (name,), data[name])

    def _check_schema(self, data: Mapping[str, Any]) -> None:
        """The form of the file before all else: what a later one holds may be unknown here."""
        values = data.get("cluster")
        if isinstance(values, dict) and "schema" in values:
            self._table("cluster", 0, ("cluster",), {"schema": values["schema"]})

    def _table(self, table: str, number: int, way: Way, values: Mapping[str, Any]) -> None:
        where = header(table)
        if SCHEMA[table].many:
            machine = values.get("name")
            known = isinstance(machine, str) and machine.isprintable() and 0 < len(machine) <= 64
            where = f"{where} {machine if known else f'number {number + 1}'}"
        for name, value in values.items():
            path = KeyPath(table, number, name)
            try:
                key = key_of(table, name)
            except ValueError as error:
                self._wrong((*way, name), str(error))
            try:
                read = key.read(value)
            except ValueError as error:
                self._wrong((*way, name), f"{where} {about(name, str(error))}", path, str(error))
            self.values[path] = Setting(read, self.places.span((*way, name)))
            if key.secret:
                # A place that is not known exactly hides the whole file.
                self.secrets.append(self.places.exact((*way, name)) or self.source.span(0, len(self.source.text)))
        for name, key in SCHEMA[table].keys.items():
            if key.named and name not in values:
                self._wrong(way, f"{where} has no {name}", KeyPath(table, number, name), f"has no {name}")

    def _wrong(self, way: Way, text: str, path: KeyPath | None = None, reason: str = "") -> NoReturn:
        self.fail(self.places.find(way), text, path, reason)

    def fail(self, place: Span | None, text: str, path: KeyPath | None, reason: str) -> NoReturn:
        """Raise ClusterError with the file and, where it is known, the line."""
        where = self.source.path if place is None else f"{self.source.path}:{place.line}"
        raise ClusterError(f"{where}: {text}", path, reason)


def cluster_of(values: Values, path: str = "halb.toml") -> Cluster:
    """Values that no file holds, as the linter looks at a halb.toml; each has the same empty place."""
    nowhere = Span(Source(path, ""), 0, 0)
    settings = {key: Setting(value, nowhere) for key, value in values.items()}
    return _view(Cluster(Path(path), nowhere.source, values=settings), lambda way: nowhere)


def _view(cluster: Cluster, span_of: Callable[[Way], Span]) -> Cluster:
    """The cluster with what the linter looks at, out of its values."""
    tables: dict[tuple[str, int], Settings] = {}
    for path, setting in cluster.values.items():
        tables.setdefault((path.table, path.number), {})[path.key] = setting

    def rows(name: str) -> Iterator[tuple[int, Settings]]:
        return ((number, tables.get((name, number), {})) for number in range(count(cluster.values, name)))

    head, lint = tables.get(("cluster", 0), {}), tables.get(("lint", 0), {})
    choices = {field: lint[key.name].value for field, key in LintChoice.keys.items() if key.name in lint}
    return cluster._replace(
        endpoint=head.get("endpoint"),
        port=head.get("port"),
        phase=head.get("phase"),
        control_plane=tuple(_node(row, span_of(("control_plane", number))) for number, row in rows("control_plane")),
        vip=Vip(**tables.get(("vip", 0), {})),
        load_balancers=tuple(_load_balancer(number, row, span_of) for number, row in rows("lb")),
        lint=LintChoice(**choices) if choices else None,
    )


def _node(settings: Settings, header: Span) -> ControlPlaneNode:
    return ControlPlaneNode(**_of(ControlPlaneNode, {"port": Setting(API_PORT, header), **settings}))


def _load_balancer(number: int, settings: Settings, span_of: Callable[[Way], Span]) -> LoadBalancer:
    """One load balancer; each of its files has its own place."""
    files = settings["files"].value if "files" in settings else ()
    found = tuple(Setting(file, span_of(("lb", number, "files", index))) for index, file in enumerate(files))
    return LoadBalancer(**{**_of(LoadBalancer, settings), "files": found})


def _of(view: type[ControlPlaneNode | LoadBalancer], settings: Settings) -> dict[str, Any]:
    return {name: settings.get(name) for name in view._fields}
