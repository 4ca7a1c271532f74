"""The set-ups that docs/editors.md shows."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[3] / "docs/editors.md"


def documented(part: str, language: str, which: int = -1) -> str:
    """A block of code of a part of docs/editors.md."""
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text.partition(f"\n## {part}\n")[2].partition("\n## ")[0]
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    return blocks[which]
