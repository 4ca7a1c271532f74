"""What a session can begin with in a folder: its answers of right now, the drafts, the halb.toml. Writes nothing."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rules.command import CONFIG_NAME
from rules.plan import text_of
from rules.report import printable
from wizard.questions.answers import Answers, Place, fault, from_toml, typed, with_secrets
from wizard.questions.known.derived import settled
from wizard.questions.machine_changes import has_cluster, machines
from wizard.questions.steps import Step, steps

if TYPE_CHECKING:
    from wizard.files import DraftStore, SavedDraft


class Origin(NamedTuple):
    """Answers, and where they come from in words that are safe to print.

    `draft` is the text of the draft that they are, which may be saved anew; `on_disk`: a file has them, so that they
    need no draft until they change; `saved`: when a draft was.
    """

    answers: Answers
    about: str
    draft: str | None = None
    on_disk: bool = False
    saved: datetime | None = None

    def told(self, now: datetime) -> str:
        """What tells a draft from others: the name, the VIP, the step that was reached, and its age."""
        name = printable(self.answers[Place("cluster", 0, "endpoint")]) or "no name yet"
        vip = printable(self.answers[Place("vip", 0, "address")]).partition("/")[0]
        step = reached(self.answers)
        return " · ".join(filter(None, (name, f"VIP {vip}" if vip else "", f"at {step.name}", age(self.saved, now))))

    @property
    def cluster(self) -> str:
        """What tells one draft from another: the endpoint and the number of machines."""
        endpoint = printable(self.answers[Place("cluster", 0, "endpoint")]) or "no name yet"
        count = sum(len(machines(self.answers, table)) for table in ("control_plane", "lb"))
        return f"{endpoint}, {count} machine{'' if count == 1 else 's'}"


class FoundStarts(NamedTuple):
    """What there is. `plan_fault` says why a halb.toml can't be used, `failures` why a draft can't."""

    session: Origin | None = None
    draft: Origin | None = None
    plan: Origin | None = None
    plan_fault: str = ""
    earlier: tuple[Origin, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def cluster(self) -> Origin | None:
        """The cluster that can be changed: the latest one, so that nothing that was typed for it is left behind."""
        found = (self.session, self.draft, self.plan)
        return next((origin for origin in found if origin is not None and has_cluster(origin.answers)), None)


def reached(answers: Answers) -> Step:
    """The last step that has an answer; the first one where none has."""
    answered = [step for step in steps() if not step.aside and any(step.asks(place) for place in answers)]
    return answered[-1] if answered else steps()[0]


def age(saved: datetime | None, now: datetime) -> str:
    """How long ago something was saved: `2 h ago`; "" where that is not known."""
    if saved is None:
        return ""
    seconds = max((now - saved).total_seconds(), 0.0)
    if seconds < 60:
        return "just now"
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit} ago"
    return ""


def look(directory: Path, store: DraftStore | None, session: Answers | None) -> FoundStarts:
    """Look at a folder; `session` are the answers of right now, if there are any. Nothing raises."""
    from wizard.files import SavedDraft
    from wizard.files.earlier import earlier

    plan, fault = _plan(directory)
    saved = store.load(directory) if store is not None else None
    return FoundStarts(
        session=None if session is None else Origin(session, "the current answers"),
        draft=_draft(saved, plan) if isinstance(saved, SavedDraft) else None,
        plan=plan,
        plan_fault=fault,
        earlier=tuple(_draft(one, plan)._replace(draft=None) for one in earlier(directory)) if store else (),
        failures=() if saved is None or isinstance(saved, SavedDraft) else (saved.text,),
    )


def _plan(directory: Path) -> tuple[Origin | None, str]:
    """The halb.toml of the folder, and what is wrong with it."""
    path = directory / CONFIG_NAME
    if not path.is_file():
        return None, ""
    try:
        answers = anchored(from_toml(path.read_text(encoding="utf-8")), directory)
    except UnicodeDecodeError:
        return None, f"{path}: is not UTF-8"
    except OSError as error:
        return None, f"{path}: {error.strerror}"
    except (ValueError, RecursionError) as error:
        return None, f"{path} can't be read: {error}"
    return Origin(settled(answers), CONFIG_NAME, on_disk=True), ""


def anchored(answers: Answers, folder: Path) -> Answers:
    """The answers of a halb.toml in `folder`, the imported files with their whole paths: they hold in any folder."""
    for place in answers:
        if place.name == "lb.imported" and not fault(place, answers[place]):
            paths = [os.path.abspath(folder / path) for path in typed(place, answers[place])]
            answers = answers.put(place, text_of(paths))
    return answers


def _draft(saved: SavedDraft, plan: Origin | None) -> Origin:
    """A draft; the passwords, which no draft holds, are those of the halb.toml beside it."""
    answers = from_toml(saved.text)
    if plan is not None:
        answers = with_secrets(answers, plan.answers)
    return Origin(
        answers, f"the draft of {saved.saved.astimezone():%Y-%m-%d %H:%M}", draft=saved.text, saved=saved.saved
    )
