"""Reading the files of a run from the disk, and grouping them into nodes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from os.path import abspath
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from parsers.source import Source
from rules.engine.finding import NodeFiles
from rules.files import seen
from rules.files.grouping import InputFile, group, in_reading_order
from rules.files.kinds import HAPROXY, KEEPALIVED, KUBERNETES, is_template, kind_of, may_be_config

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parsers.keepalived import KeepalivedDocument
    from rules.files.overlay import OpenFile
    from rules.plan.model import Cluster

    Opened = Mapping[str, OpenFile]

WRITTEN_FILES = ("etc/haproxy/haproxy.cfg", "etc/keepalived/keepalived.conf")
"""Where halb-wizard writes a load balancer's files, below the folder with its name."""
KUBEADM_FILE = "kubeadm-config.yaml"
"""Where halb-wizard writes the configuration of kubeadm, in the folder of halb.toml."""
LOCAL_FILES = tuple(f"/{path}" for path in WRITTEN_FILES)
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "site-packages"})
_STDIN = "<stdin>"
_NEITHER = "neither a haproxy.cfg nor a keepalived.conf"
_NOT_ABOUT_CLUSTERS = "no file for kubeadm, k0s, RKE2, K3s or Talos, and no manifest that halb-lint looks at"
_LARGEST_FOUND = 64 * 1024 * 1024  # a larger file is read only if it is given by name


class Inputs(NamedTuple):
    """What was read: texts by the path to show, the nodes, and what could not be read (a line each for stderr).

    `documents` are the keepalived.conf that were parsed already, for no node in particular. `local`: these are the
    files that this machine's own daemons read. `stdin` is the path that stands for standard input, if it was read.
    """

    texts: dict[str, str]
    kinds: dict[str, str]
    nodes: list[NodeFiles]
    config_ids: dict[str, str]
    errors: list[str]
    notes: list[str]
    documents: dict[str, KeepalivedDocument]
    local: bool = False
    stdin: str | None = None

    @property
    def about_cluster(self) -> dict[str, str]:
        """The files that belong to no node, as they describe the cluster behind all of them, and whose they are."""
        paths = [path for path, kind in self.kinds.items() if kind == KUBERNETES]
        if not paths:
            return {}
        from rules.files.cluster_kinds import tool_of

        return {path: tool_of(path, self.texts[path]) for path in paths}


class _Reader:
    """Reads each file once and records errors; `opened` are texts by path that count instead of those on the disk."""

    def __init__(self, forced_kind: str | None, opened: Opened | None = None) -> None:
        self.forced_kind = forced_kind
        self.opened = opened or {}
        self.texts: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.errors: list[str] = []
        self.notes: list[str] = []
        self.documents: dict[str, KeepalivedDocument] = {}

    def fail(self, path: str, why: str) -> None:
        seen.look(path)
        seen.unknown()
        self.errors.append(f"{path}: {why}")

    def read(self, path: str) -> str | None:
        """The file's text, or None after recording why it could not be read."""
        if path not in self.texts:
            open_file = self.opened.get(path)
            if open_file is not None:
                self.texts[path] = open_file.text
                return open_file.text
            try:
                data = Path(path).read_bytes()
            except OSError as error:
                self.fail(path, _why(error, path))
                return None
            seen.file(path, data)
            self.texts[path] = Source.from_bytes(path, data).text
        return self.texts[path]

    def kind(self, path: str, *, named: bool) -> str | None:
        """The file's kind; for a file given by name, an unknown kind is an error."""
        text = self.read(path)
        if text is None:
            return None
        kind = self.forced_kind or kind_of(path, text)
        if kind is None and path in self.opened:
            kind = self.opened[path].kind
        if kind is None:
            del self.texts[path]
            if named:
                what = "empty" if not text else "not a text file" if "\0" in text else ""
                unknown = _NOT_ABOUT_CLUSTERS if path.endswith((".yaml", ".yml")) else _NEITHER
                self.fail(path, f"{what or unknown}; use '--kind' to say what it is")
            return None
        self.kinds[path] = kind
        return kind

    def leave_out(self, file: InputFile, why: str) -> None:
        """Forget a file that no daemon reads, with a note."""
        del self.texts[file.path], self.kinds[file.path]
        self.notes.append(f"{file.path}: skipped: {why}")

    def add(self, path: str, *, named: bool) -> InputFile | None:
        """The file as an input for grouping, or None if it is not one."""
        if named and is_template(path) and not self.forced_kind:
            self.notes.append(f"{path}: skipped because it is a template; lint the rendered file")
            return None
        kind = self.kind(path, named=named)
        if kind is None or kind == KUBERNETES:
            return None
        return InputFile(path, kind, abspath(path), kind == HAPROXY and _has_global(self.texts[path]))


def _has_global(text: str) -> bool:
    return any(line.strip(" \t\r") == "global" for line in text.split("\n"))


def _why(error: OSError, path: str) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file or directory"
    if isinstance(error, IsADirectoryError):
        return "is a directory"
    if isinstance(error, PermissionError):
        return "permission denied; run as a user who can read it (sudo halb-lint ...)"
    return error.strerror or type(error).__name__


def read_paths(
    paths: Sequence[str], kind: str | None, stdin_name: str | None, local_name: str, opened: Opened | None = None
) -> Inputs:
    """The inputs for PATH arguments: files, directories, and `-`; `opened`: texts that an editor has by now."""
    reader = _Reader(kind, opened)
    files: list[InputFile] = []
    for path in dict.fromkeys(paths):
        if path == "-":
            files += _stdin(reader, stdin_name)
        elif os.path.isdir(path):
            found = _found(reader, path)
            if not found and KUBERNETES not in reader.kinds.values():
                reader.fail(path, "no haproxy.cfg or keepalived.conf in this directory or below it")
            files += found
        elif file := reader.add(path, named=True):
            files.append(file)
    nodes = group(_without_included(files, reader), local_name)
    ids = {node.name: node.name for node in nodes if node.name == local_name}
    stdin = (stdin_name or _STDIN) if "-" in paths else None
    return Inputs(reader.texts, reader.kinds, nodes, ids, reader.errors, reader.notes, reader.documents, stdin=stdin)


def read_nodes(nodes: Sequence[tuple[str, Sequence[str]]], kind: str | None, opened: Opened | None = None) -> Inputs:
    """The inputs for `--node NAME=PATH,...` or `[[lb]]`: files, or directories of one node's files."""
    reader = _Reader(kind, opened)
    result = []
    for name, paths in nodes:
        files = []
        for path in paths:
            if os.path.isdir(path):
                files += _found(reader, path)
            elif file := reader.add(path, named=True):
                files.append(file)
        files = _without_included(files, reader)
        keepalived = [file.path for file in files if file.kind == KEEPALIVED]
        if len(keepalived) > 1:
            reader.fail(
                keepalived[1],
                f"node {name} already has {keepalived[0]}; keepalived reads one file and its includes",
            )
        haproxy = [file.path for file in files if file.kind == HAPROXY]
        if files:
            result.append(NodeFiles(name, tuple(haproxy), tuple(keepalived[:1])))
    ids = {node.name: node.name for node in result}
    return Inputs(reader.texts, reader.kinds, result, ids, reader.errors, reader.notes, reader.documents)


def cluster_files(cluster: Cluster, folder: Path | None = None) -> list[tuple[str, list[str]]]:
    """Each load balancer of a halb.toml with its files: those it lists, or else those that halb-wizard has written.

    The paths begin with `folder`, that of halb.toml; None: as seen from the working directory.
    """
    folder = folder or Path(os.path.relpath(cluster.path.parent))
    found = []
    for lb in cluster.load_balancers:
        name = lb.name.value
        named = [str(folder / file.value) for file in lb.files]
        written = [str(folder / name / file) for file in WRITTEN_FILES]
        there = [path for path in written if os.path.isfile(path)]
        for path in written:
            if path not in there:
                seen.absent(path)
        found.append((name, named or there))
    return found


def read_cluster_nodes(
    cluster: Cluster,
    kind: str | None,
    *,
    present: bool = False,
    folder: Path | None = None,
    opened: Opened | None = None,
) -> Inputs:
    """The inputs for the `[[lb]]` tables of a halb.toml; their files are relative to it.

    `folder` is as in `cluster_files`. With `present`, files that don't exist (yet) are left out instead of being an
    error.
    """
    nodes = cluster_files(cluster, folder)
    if present:
        there = opened or {}
        nodes = [(name, [path for path in paths if path in there or os.path.isfile(path)]) for name, paths in nodes]
    inputs = read_nodes([(name, paths) for name, paths in nodes if paths], kind, opened)
    reader = _Reader(None, opened)
    for beside in _yaml_files(str(folder or os.path.relpath(cluster.path.parent))):
        if beside not in inputs.texts and reader.kind(beside, named=False) == KUBERNETES:
            inputs.texts[beside] = reader.texts[beside]
            inputs.kinds[beside] = KUBERNETES
    return inputs


def _yaml_files(folder: str) -> Iterator[str]:
    """The files of a folder, not of those below it, that may be about a cluster."""
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else ()
    seen.folder(folder, (f"{name}/" if os.path.isdir(Path(folder, name)) else name for name in names))
    for name in names:
        path = Path(folder, name)
        if name.endswith((".yaml", ".yml")) and may_be_config(name) and os.path.isfile(path):
            yield str(path)


def read_local(kind: str | None, local_name: str, files: Sequence[str] = LOCAL_FILES, *, needed: bool = True) -> Inputs:
    """The inputs if nothing was given: this machine's two files, if they exist.

    With `needed`, it is an error if neither does.
    """
    seen.unknown()  # the daemons here will be asked for their releases
    present = [path for path in files if os.path.exists(path)]
    for path in files:
        seen.look(path)
    inputs = read_paths(present, kind, None, local_name)._replace(local=True)
    if needed and not present:
        inputs.errors.append(f"nothing to lint: neither {files[0]} nor {files[1]} exists; pass files or directories")
    return inputs


def _stdin(reader: _Reader, name: str | None) -> Iterator[InputFile]:
    shown = name or _STDIN
    seen.unknown()
    try:
        data = sys.stdin.buffer.read()
    except OSError as error:  # a folder (`- < /etc`), or nothing at all (`<&-`), where the system has no word for it
        reader.fail(shown, (error.strerror or "there is no standard input: it is closed").lower())
        return
    reader.texts[shown] = Source.from_bytes(shown, data).text
    if file := reader.add(shown, named=True):
        yield file


def _found(reader: _Reader, folder: str) -> list[InputFile]:
    """The configuration files below a directory, haproxy's in the order in which it reads them."""
    haproxy, others = [], []
    for path in _walk(folder):
        if reader.forced_kind and path.endswith((".yaml", ".yml")):
            continue
        file = reader.add(path, named=False)
        if file is None or file.kind != HAPROXY:
            others += [file] if file else []
        elif os.path.dirname(file.place).endswith(".d") and not path.endswith(".cfg"):
            reader.leave_out(file, "of a folder, haproxy reads only the files that end in '.cfg'")
        else:
            haproxy.append(file)
    return [*in_reading_order(haproxy), *others]


def _walk(folder: str) -> Iterator[str]:
    """Files below a directory that may be configurations, in a stable order; hidden folders are left out."""
    for parent, folders, files in os.walk(folder):
        seen.folder(parent, (*(f"{name}/" for name in folders), *files))
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _SKIPPED_FOLDERS)
        for name in sorted(files):
            path = Path(parent, name)
            if may_be_config(str(path)):
                if os.path.isfile(path) and path.stat().st_size <= _LARGEST_FOUND:
                    yield str(path)
                else:
                    seen.unknown()


def _without_included(files: list[InputFile], reader: _Reader) -> list[InputFile]:
    """The files without those that another keepalived file of the run includes: they are part of that one.

    So is a file in a `*.d` folder beside a keepalived.conf, which reads it by an include line or not at all.
    """
    keepalived = [file for file in files if file.kind == KEEPALIVED]
    if len(keepalived) < 2:
        return files
    included = _included(keepalived, reader) if any("include" in reader.texts[f.path] for f in keepalived) else set()
    folders = {os.path.dirname(file.place) for file in keepalived}
    kept = []
    for file in files:
        folder = os.path.dirname(file.place)
        if file.place in included:
            continue
        if file.kind == KEEPALIVED and folder.endswith(".d") and os.path.dirname(folder) in folders:
            reader.leave_out(file, f"no include line of the keepalived.conf in {os.path.dirname(folder)} names it")
        else:
            kept.append(file)
    return kept


def _included(keepalived: Sequence[InputFile], reader: _Reader) -> set[str]:
    """The absolute paths of the files that the include lines of these files name."""
    from parsers.keepalived import parse_keepalived
    from rules.files.includes import DiskIncludes

    included: set[str] = set()
    for file in keepalived:
        document = parse_keepalived(reader.texts[file.path], file.path, include=DiskIncludes())
        reader.documents[file.path] = document
        included.update(abspath(source.path) for source in document.sources[1:])
    return included
