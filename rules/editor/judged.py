"""Files that are judged together: read as the editor has them by now, and what a run on them finds."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.editor.folders import is_below
from rules.engine.finding import Report
from rules.engine.options import Options, options_for, severities_of
from rules.engine.registry import Selection, UnknownRuleError
from rules.engine.run import Run
from rules.engine.settings import RuleSettings
from rules.files import inputs
from rules.files.includes import DiskIncludes
from rules.files.inputs import Inputs
from rules.files.kinds import kind_of
from rules.files.overlay import OpenFile, Overlay
from rules.plan.model import ClusterError

if TYPE_CHECKING:
    from rules.plan.model import Cluster


class EditorOptions(NamedTuple):
    """What the command line says about all files of an editor.

    `select` and `ignore` are codes; `config_for` gives the halb.toml for a folder; `given` lays what options say about
    the cluster over it; `local_settings` asks this machine's daemons for their releases; `local_name` is its name.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    settings: RuleSettings = RuleSettings()
    config_for: Callable[[Path], Path | None] = lambda folder: None
    given: Callable[[Cluster | None], Cluster | None] = lambda cluster: cluster
    local_settings: Callable[[RuleSettings, Collection[str]], RuleSettings] = lambda settings, kinds: settings
    local_name: str = "localhost"


class Trouble(NamedTuple):
    """A halb.toml that can't be used: the file, the line (from 1) and what is wrong."""

    path: str
    line: int
    text: str


class JudgedFiles:
    """The files that are judged together: those of one halb.toml, of one folder, or of this machine.

    `opened` are the texts that the editor has, which change; `folder` is "" for this machine's files.
    """

    def __init__(
        self, opened: Mapping[str, OpenFile], options: EditorOptions, folder: str, config: Path | None, *, whole: bool
    ) -> None:
        self._opened = opened
        self._general = options
        self.folder = folder
        self._config = config
        self._whole = whole  # the nodes of halb.toml, not those of a folder
        self.trouble: Trouble | None = None
        self._inputs: Inputs | None = None
        self._options: tuple[Cluster | None, RuleSettings] = (None, RuleSettings())
        self._run: Run | None = None
        self._before: Run | None = None
        self._report: Report | None = None

    def forget(self) -> None:
        """Read the files on the disk again when they are asked for: one of them may have changed."""
        self._inputs = None
        self.touch()

    def touch(self) -> None:
        """Judge again: an open file has another text."""
        self._before = self._run or self._before
        self._run = self._report = None

    @property
    def inputs(self) -> Inputs:
        """The files, as they were on the disk or in the editor when they were read."""
        if self._inputs is None:
            self._inputs = self._read()
        return self._inputs

    @property
    def run(self) -> Run:
        """A run on the texts as they are now."""
        if self._run is None:
            self._run = self.run_on(self.texts())
        return self._run

    @property
    def run_before(self) -> Run:
        """The last run, which may be on texts that have changed since."""
        return self._run or self._before or self.run

    @property
    def report(self) -> Report:
        """What the run finds."""
        if self._report is None:
            self._report = self.run.report()
        return self._report

    def texts(self) -> dict[str, str]:
        """The texts of the files given to a run, the open ones as the editor has them."""
        opened = self._opened
        return {path: opened[path].text if path in opened else text for path, text in self.inputs.texts.items()}

    def run_on(self, texts: Mapping[str, str]) -> Run:
        """A run on the same files with other texts, included ones too."""
        return Run({path: texts[path] for path in self.inputs.texts}, self.options(texts))

    def options(self, texts: Mapping[str, str]) -> Options:
        """The options of a run; `texts` are those of included files that differ from what the editor has."""
        read = self.inputs
        cluster, settings = self._options
        opened = self._opened
        options = options_for(
            cluster,
            read.nodes,
            selection=self._selection(cluster),
            settings=settings,
            kinds=read.kinds,
            config_ids=read.config_ids,
            include=Overlay(DiskIncludes(), {**{path: file.text for path, file in opened.items()}, **texts}),
        )
        if cluster is not None and options.per_file_ignores:
            # Paths are absolute here, and patterns begin at halb.toml.
            folder = os.path.abspath(cluster.path.parent)
            ignores = {os.path.join(folder, pattern): codes for pattern, codes in options.per_file_ignores.items()}
            options = options._replace(per_file_ignores={**options.per_file_ignores, **ignores})
        return options

    def has(self, path: str) -> bool:
        """Whether a file is part of it, as a node's file or an included one."""
        return path in self.inputs.texts or any(source.path == path for source in self.run.sources)

    # -- reading

    def _read(self) -> Inputs:
        cluster = self._cluster()
        opened = self._opened
        local = self.folder == ""
        if self._whole and cluster is not None:
            found = inputs.read_cluster_nodes(
                cluster, None, present=True, folder=Path(os.path.abspath(cluster.path.parent)), opened=opened
            )
        elif local:
            found = inputs.read_paths(self._local_files(), None, None, self._general.local_name, opened)
        else:
            new = [path for path in opened if is_below(path, self.folder) and not os.path.isfile(path)]
            new = [path for path in new if opened[path].kind or kind_of(path, opened[path].text)]
            whole = [self.folder] if os.path.isdir(self.folder) else []
            found = inputs.read_paths([*whole, *new], None, None, self._general.local_name, opened)
        cluster = self._with_known_rules(cluster)
        settings = self._general.settings
        if cluster is not None:
            haproxy, keepalived = cluster.releases
            settings = RuleSettings(settings.haproxy_version or haproxy, settings.keepalived_version or keepalived)
        if local:
            settings = self._general.local_settings(settings, set(found.kinds.values()))
        self._options = (cluster, settings)
        return found

    def _with_known_rules(self, cluster: Cluster | None) -> Cluster | None:
        """The cluster, or None if its `[lint]` names a rule that does not exist."""
        try:
            self._selection(cluster)
            if cluster is not None and cluster.lint is not None:
                severities_of(cluster.lint.severity)
        except UnknownRuleError as error:
            self.trouble = Trouble(str(self._config), 1, str(error))
            return None
        return cluster

    def _local_files(self) -> list[str]:
        opened = self._opened
        return [path for path in inputs.LOCAL_FILES if path in opened or os.path.exists(path)]

    def _cluster(self) -> Cluster | None:
        """The cluster of halb.toml with what the command line says; None without, or if it can't be used."""
        self.trouble = None
        try:
            base = self._planned(self._config) if self._config is not None else None
            return self._general.given(base)
        except ClusterError as error:
            self.trouble = _trouble(str(self._config), str(error))
            return None

    def _planned(self, config: Path) -> Cluster:
        """What a halb.toml says, as it is in the editor or on the disk; raises ClusterError."""
        from rules.plan.read import parse_cluster, read_cluster

        opened = self._opened.get(str(config))
        return parse_cluster(opened.text, config) if opened is not None else read_cluster(config)

    def _selection(self, cluster: Cluster | None) -> Selection:
        """The rules to run; a word of halb.toml that names none is said in its own place, not here."""
        lint = cluster.lint if cluster is not None else None
        select = self._general.select or (lint.select if lint else ())
        return Selection(select, (*self._general.ignore, *(lint.ignore if lint else ())))


def _trouble(path: str, text: str) -> Trouble:
    """A message about halb.toml that begins with its place."""
    rest = text.removeprefix(f"{path}:")
    number, colon, words = rest.partition(":")
    if rest is not text and colon and number.strip().isdigit():
        return Trouble(path, int(number), words.strip())
    return Trouble(path, 1, rest.strip())
