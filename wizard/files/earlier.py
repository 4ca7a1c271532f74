"""Earlier drafts of a folder, which newer ones have replaced. They are never removed. Nothing here raises."""

from __future__ import annotations

from pathlib import Path

from rules.files import reason
from wizard.files.drafts import Failure, SavedDraft, _path, _read


def keep_earlier(directory: Path) -> Path | Failure | None:
    """Give the draft of a folder a numbered name, `NAME.toml.1` and so on, so that another can take its place.

    Returns the new path; the path of the latest earlier one if it has the same text; None if there is no draft.
    """
    try:
        path = _path(directory)
        draft = _read(path)
        if not isinstance(draft, SavedDraft):
            return draft
        numbers = _numbers(path)
        if numbers:
            latest = _numbered(path, numbers[-1])
            before = _read(latest)
            if isinstance(before, SavedDraft) and before.text == draft.text:
                return latest
        kept = _numbered(path, numbers[-1] + 1 if numbers else 1)
        path.rename(kept)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else str(error)
        return Failure(f"the earlier draft can't be kept: {why}")
    return kept


def earlier(directory: Path) -> tuple[SavedDraft, ...]:
    """The earlier drafts of a folder, the latest first."""
    try:
        path = _path(directory)
        found = [_read(_numbered(path, number)) for number in reversed(_numbers(path))]
    except (OSError, ValueError):
        return ()
    return tuple(draft for draft in found if isinstance(draft, SavedDraft))


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _numbers(path: Path) -> list[int]:
    """The numbers of the earlier drafts, the latest last."""
    if not path.parent.is_dir():
        return []
    rests = (one.name.removeprefix(f"{path.name}.") for one in path.parent.iterdir() if one.name.startswith(path.name))
    return sorted(int(rest) for rest in rests if rest.isdecimal() and rest.isascii())
