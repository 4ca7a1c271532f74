"""Each dialog, made as a test needs it: over the article's cluster."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

from textual.screen import ModalScreen

from tests.wizard.tui.support.pilot import Driven, at_step, opens, until
from wizard.questions.steps import steps
from wizard.tui import dialogs
from wizard.tui.app import Wizard
from wizard.tui.dialogs.choose import ChooseDialog
from wizard.tui.dialogs.findings import FindingsDialog
from wizard.tui.dialogs.help import HelpDialog
from wizard.tui.dialogs.importing import ImportDialog
from wizard.tui.dialogs.notes import NotesDialog
from wizard.tui.dialogs.page import PageDialog
from wizard.tui.dialogs.plan import PlanDialog
from wizard.tui.dialogs.preview import PreviewDialog
from wizard.tui.dialogs.question import QuestionDialog
from wizard.tui.dialogs.quit import QuitDialog
from wizard.tui.dialogs.reason import ReasonDialog
from wizard.tui.dialogs.what_if import WhatIfDialog

LINES = [f"line {number} of what there is to read" for number in range(60)]

MAKERS: dict[str, Callable[[Wizard], ModalScreen[Any]]] = {
    "ChooseDialog": lambda _app: ChooseDialog("Which one?", LINES[:3]),
    "FindingsDialog": lambda app: FindingsDialog(app.session.outcome, app.session.overrides),
    "HelpDialog": lambda _app: HelpDialog(steps()[0].fields[0], steps()[0]),
    "ImportDialog": lambda _app: ImportDialog(),
    "NotesDialog": lambda _app: NotesDialog("What was read", LINES),
    "PageDialog": lambda _app: PageDialog("A page", "\n".join(LINES)),
    "PlanDialog": lambda _app: PlanDialog(),
    "PreviewDialog": lambda _app: PreviewDialog(),
    "QuestionDialog": lambda _app: QuestionDialog("Which?", LINES[:3], yes="Replace", no="Back"),
    "QuitDialog": lambda _app: QuitDialog(),
    "ReasonDialog": lambda _app: ReasonDialog("KA012", "an error"),
    "WhatIfDialog": lambda _app: WhatIfDialog(),
}


async def opened(pilot: Driven, app: Wizard, name: str, step: str) -> ModalScreen[Any]:
    """A dialog above a step, once the answers are judged and it is open."""
    await until(pilot, lambda: app.session.outcome.answers == app.session.answers)
    await app.go(step)
    await at_step(pilot, step)
    dialog = MAKERS[name](app)
    app.push_screen(dialog)
    await opens(pilot, type(dialog))
    return dialog


def all_dialogs() -> set[str]:
    """The names of all dialogs that the wizard has, whether or not they can be made here."""
    found: set[str] = set()
    for module in pkgutil.iter_modules(dialogs.__path__, f"{dialogs.__name__}."):
        for value in vars(importlib.import_module(module.name)).values():
            if isinstance(value, type) and issubclass(value, ModalScreen) and value.__module__ == module.name:
                found.add(value.__name__)
    return found - {"Above", "Dialog"}  # what the others are made of
