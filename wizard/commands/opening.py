"""`halb-wizard [DIR]`: the interactive wizard, with what it needs from the commands."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rules.files import read_paths
from wizard.commands.importing import notes_of
from wizard.commands.systems import with_systems
from wizard.plan.draft_text import fitting
from wizard.questions.answers import answers_of
from wizard.questions.known.derived import settled
from wizard.tui.opening import Import, open_wizard

if TYPE_CHECKING:
    from rules.live import NameServer


def run_wizard(directory: Path, *, offline: bool = False, resolvers: Sequence[NameServer] | None = None) -> int:
    """Open the wizard for a folder; gives the exit status. `resolvers` None stands for this machine's."""
    return open_wizard(directory, importer=import_answers, offline=offline, resolvers=resolvers)


def import_answers(paths: Sequence[str]) -> Import:
    """The answers that existing files hold, and a line for everything that the user must know.

    Raises ValueError with the words for the user when nothing can be made of these paths.
    """
    from wizard.importer import import_files

    inputs = read_paths(paths, None, None, platform.node().partition(".")[0] or "localhost")
    if inputs.errors:
        raise ValueError("; ".join(inputs.errors))
    imported = import_files(inputs.texts, inputs.nodes)
    if imported.candidates:
        names = ", ".join(f"{', '.join(map(str, one.vips))} ({one.name})" for one in imported.candidates)
        raise ValueError(f"these files belong to several clusters: {names}; name the files of one of them")
    imported = with_systems(imported)
    values, left_out = fitting(imported.draft, None)
    return Import(settled(answers_of(values)), (*left_out, *notes_of(imported)))
