"""`halb-lint --lsp`: what the command line says, for an editor's files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from parsers.records import NamedTuple
from rules.command.errors import UsageError
from rules.command.options import nearest_config
from rules.engine.settings import RuleSettings

if TYPE_CHECKING:
    from rules.plan.given import Given

MISSING = "--lsp needs pygls; run \"pip install 'halb-wizard[lsp]'\", or pipx install 'halb-wizard[lsp]'"


class Serving(NamedTuple):
    """What `--lsp` is to do: the rules and releases of all files, which halb.toml, and facts about the cluster."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    settings: RuleSettings
    given: Given
    config: str | None = None
    no_config: bool = False


def serve(serving: Serving, local_name: str, say: Callable[[str], None]) -> bool:
    """Serve the editor that has started this process. Gives whether it ended as agreed.

    Raises UsageError without pygls.
    """
    try:
        from rules.editor.judged import EditorOptions
        from rules.editor.server import serve as serve_editor
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("pygls", "lsprotocol", "cattrs", "attrs"):
            raise UsageError(MISSING) from None
        raise
    from rules.command.on_demand.installed import settings_here
    from rules.release import version

    if sys.stdin.isatty():
        say("this speaks the Language Server Protocol with an editor, which starts it by itself; see docs/editors.md")

    def config_for(folder: Path) -> Path | None:
        if serving.no_config:
            return None
        return Path(os.path.abspath(serving.config)) if serving.config is not None else nearest_config(folder)

    options = EditorOptions(
        select=serving.select,
        ignore=serving.ignore,
        settings=serving.settings,
        config_for=config_for,
        given=serving.given.cluster,
        local_settings=lambda settings, kinds: settings_here(settings, kinds, lambda _: None),
        local_name=local_name,
    )
    return serve_editor(options, version())
