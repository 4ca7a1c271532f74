"""The times as a picture (SVG): for each event who had the VIP, and every connection of the clients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rules.report import outage_words
from wizard.rehearsal.rehearse import Result
from wizard.rehearsal.report.times import stretches_of
from wizard.rehearsal.staging.stage import Stage
from wizard.rehearsal.verdict import Judged

_WIDTH, _LEFT, _ROW, _TOP = 1100, 330, 46, 70
_COLOURS = ("#2b6cb0", "#2f855a", "#b7791f", "#6b46c1", "#00838f", "#ad1457", "#4e342e", "#37474f")
_NOBODY, _SEVERAL, _FAILED, _ANSWERED = "#f8d7da", "#555555", "#c53030", "#718096"
_SLOW = 0.3  # seconds: what takes longer is drawn as long as it took


def render_svg(result: Result, stage: Stage) -> str:
    """The picture; it needs nothing but itself."""
    rows = [judged for judged in result.judged if judged.turn.acts]
    longest = max((judged.played.ended - judged.played.began for judged in rows), default=1.0)
    scale = (_WIDTH - _LEFT - 30) / longest
    height = _TOP + _ROW * sum(max(1, len(judged.seen)) for judged in rows) + 20
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        *_legend(stage),
        *_axis(longest, scale, height),
    ]
    names, at = [node.name for node in stage.nodes], _TOP
    for judged in rows:
        for door in range(max(1, len(judged.seen))):
            lines += _row(judged, door, names, at, scale)
            at += _ROW
    return "\n".join([*lines, "</svg>", ""])


def _legend(stage: Stage) -> Iterator[str]:
    entries = [*((_COLOURS[i], node.name) for i, node in enumerate(stage.nodes)), (_SEVERAL, "several owners")]
    entries += [(_NOBODY, "no owner"), (_ANSWERED, "connection answered"), (_FAILED, "failed")]
    at = 10
    for colour, word in entries:
        yield f'<rect x="{at}" y="12" width="14" height="14" fill="{colour}"/>'
        yield f'<text x="{at + 19}" y="24">{escape(word)}</text>'
        at += 34 + 7 * len(word)


def _axis(longest: float, scale: float, height: int) -> Iterator[str]:
    step = 1 if longest < 25 else 5 if longest < 120 else 20
    for second in range(0, int(longest) + 1, step):
        x = _LEFT + second * scale
        yield f'<line x1="{x:.1f}" y1="52" x2="{x:.1f}" y2="{height - 10}" stroke="#e2e8f0"/>'
        yield f'<text x="{x:.1f}" y="48" text-anchor="middle" fill="#4a5568">{second} s</text>'


def _row(judged: Judged, door: int, names: Sequence[str], at: int, scale: float) -> Iterator[str]:
    played = judged.played
    colour = "#2f855a" if judged.mark.good else _FAILED
    run = f" (run {played.run})" if played.run > 1 else ""
    yield f'<text x="10" y="{at + 14}" fill="{colour}" font-weight="bold">{escape(judged.turn.name + run)}</text>'
    if door < len(judged.seen):
        seen = judged.seen[door]
        measured = "until the repair" if seen.outage is None else f"{seen.outage:.2f} s"
        predicted = outage_words(seen.forecast.outage)
        yield f'<text x="10" y="{at + 30}" fill="#4a5568">no owner: {measured}, predicted {escape(predicted)}</text>'
        for stretch in stretches_of(played, seen.forecast.vip):
            x, width = _LEFT + stretch.begin * scale, max(1.0, (stretch.end - stretch.begin) * scale)
            owners = stretch.owners
            fill = _NOBODY if not owners else _SEVERAL if len(owners) > 1 else _COLOURS[names.index(owners[0])]
            title = f"{stretch.begin:.2f}-{stretch.end:.2f} s: {'+'.join(owners) or 'no owner'}"
            yield f'<rect x="{x:.1f}" y="{at + 2}" width="{width:.1f}" height="16" fill="{fill}">'
            yield f"<title>{escape(title)}</title></rect>"
    repaired = _LEFT + (played.restored - played.began) * scale
    yield f'<path d="M{repaired:.1f} {at} v34" stroke="#1a202c" stroke-dasharray="2 2"><title>repaired</title></path>'
    for sample in played.samples:
        if sample.door != door or sample.at < played.began:
            continue
        x = _LEFT + (sample.at - played.began) * scale
        width = max(1.5, sample.took * scale if sample.took > _SLOW else 1.5)
        fill = _FAILED if sample.why else _ANSWERED
        opacity = 0.25 if sample.took > _SLOW else 1
        yield f'<rect x="{x:.1f}" y="{at + 21}" width="{width:.1f}" height="9" fill="{fill}" opacity="{opacity}"/>'
