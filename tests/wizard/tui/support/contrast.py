"""How well the words on the screen stand out from their ground."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color

from wizard.tui.app import Wizard

THEMES = ["textual-dark", "textual-light", "ansi-dark", "ansi-light"]
LEAST = 3.0  # WCAG 2 for large letters, signs and what is not in use; Textual's own themes give no more


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(app: Wizard, segment: Segment) -> float:
    """The ratio of a segment's colours, as WCAG 2 has it; a terminal's own colours are Textual's idea of them."""
    style, theme = segment.style, app.ansi_theme
    assert style is not None
    letters = style.color.get_truecolor(theme) if style.color else theme.foreground_color
    ground = style.bgcolor.get_truecolor(theme, foreground=False) if style.bgcolor else theme.background_color
    front, back = Color(*letters), Color(*ground)
    if style.dim:
        front = back.blend(front, 0.5)
    lighter, darker = sorted((luminance(front.rgb), luminance(back.rgb)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faint(app: Wizard) -> list[tuple[str, str, float]]:
    """The words on the screen that stand out too little, but for a single letter under the cursor."""
    segments = [segment for strip in app.screen._compositor.render_strips() for segment in strip]
    words = [segment for segment in segments if sum(map(str.isalnum, segment.text)) > 1]
    assert words
    ratios = [(segment.text.strip(), str(segment.style), contrast(app, segment)) for segment in words]
    return [found for found in ratios if found[2] < LEAST]
