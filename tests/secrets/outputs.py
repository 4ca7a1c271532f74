"""Every text that halb shows of a pair of files: findings in each format, notes, diffs, screens."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from lsprotocol.types import DocumentSymbol

from rules import Report, Run, options_for
from rules.editor.diagnostics import diagnostics_in
from rules.editor.layout.outline import symbols
from rules.editor.names.index import names_of
from rules.editor.views import view_of
from rules.editor.words.hover import hover_at
from rules.live.endpoint import endpoint_of
from rules.live.observations import NOTHING
from rules.live.views.view import LiveView
from rules.plan import parse_cluster
from rules.report.diff import unified
from rules.report.failover import render as render_failover
from rules.report.formats import renderer
from rules.report.json import render as render_json
from rules.report.masking import masked_lines
from rules.report.style import Style
from tests.wizard.verify.views import CUTOVER
from wizard.commands.importing import notes_of
from wizard.files.diffs import diff
from wizard.files.merging import merge_tree
from wizard.importer import import_files
from wizard.plan.draft_text import draft_text
from wizard.questions.what_if import explained, lines_of_files
from wizard.verify.checklist import checklist
from wizard.verify.options import VerifyOptions
from wizard.verify.report import render as render_checklist

_OWN = """\
global
    maxconn 1000

defaults kube
    mode tcp
    timeout connect 5s
    timeout client 1m
    timeout server 1m

frontend kube-api from kube
    bind :6443
    default_backend kube-apiservers

backend kube-apiservers from kube
    server cp1 192.0.2.11:6443 check
"""
FORMATS = ("full", "concise", "json", "github", "sarif", "gitlab", "junit", "checkstyle")


def outputs(files: Mapping[str, str]) -> dict[str, str]:
    """Output -> its text, for the files of one or several nodes."""
    run = Run(files, options_for(None))
    report = run.report()
    assert not report.crashes, report.crashes
    style = Style(width=2000)
    found = {f"lint, {name}": renderer(name)(report, style) for name in FORMATS}
    table = run.failover()
    found["failover"] = render_failover(table, style)
    found["failover, json"] = render_json(report, style, table)
    found |= _of_verify(run)
    return {**found, "editor": _of_editor(run, report), **_of_import(files), **_of_wizard(files)}


def _of_verify(run: Run) -> dict[str, str]:
    """The checklist of an endpoint whose load balancers have these files, when nobody answers."""
    endpoint = endpoint_of(parse_cluster(CUTOVER, "halb.toml"), run.fleet)
    view = LiveView(endpoint, NOTHING, run.fleet)
    options = (VerifyOptions(), VerifyOptions(format="json"))
    return {f"verify, {option.format}": render_checklist(checklist(view), view, option) for option in options}


def _of_editor(run: Run, report: Report) -> str:
    """What an editor shows: diagnostics, the outline, and what hovers over each name and the start of each line."""
    shown: list[str] = []
    for source in run.sources:
        view = view_of(run, source.path)
        if view is None:
            continue
        shown += [diagnostic.message for diagnostic in diagnostics_in(report, source.path, "utf-16")]
        shown += [name for symbol in symbols(view, "utf-16") for name in (symbol.name, *_names_in(symbol))]
        offsets = [name.span.start for name in names_of(run).in_file(source.path)]
        offsets += [start + len(line) - len(line.lstrip()) for start, line in _lines(source.text)]
        shown += [hover.text for offset in offsets if (hover := hover_at(view, offset)) is not None]
    return "\n".join(shown)


def _lines(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for line in text.split("\n"):
        found.append((at, line))
        at += len(line) + 1
    return found


def _names_in(symbol: DocumentSymbol) -> list[str]:
    return [name for child in symbol.children or () for name in (child.name, *_names_in(child))]


def _of_import(files: Mapping[str, str]) -> dict[str, str]:
    imported = import_files(files)
    text, left_out = draft_text(imported.draft, Path())
    # The password goes into halb.toml, which is what it is for.
    written = "\n".join(line for line in text.split("\n") if not line.startswith("auth_pass = "))
    return {"import's notes": "\n".join([*notes_of(imported), *left_out]), "import's halb.toml": written}


def _of_wizard(files: Mapping[str, str]) -> dict[str, str]:
    what_if = lines_of_files(files)
    texts = [what_if.note, *(f"{line.event} {line.change} {explained(line)}" for line in what_if.lines)]
    found = {"wizard, what if": "\n".join(texts)}
    shown, diffs, contexts = [], [], []
    for path, text in files.items():
        shown += masked_lines(path, text)
        diffs.append(unified(path, None, text))
        contexts.append(unified(path, text, text.replace("\n", "\n# changed\n")))
    return {
        **found,
        "wizard, files on screen": "\n".join(shown),
        "diff, new": "\n".join(diffs),
        "diff, changed": "\n".join(contexts),
        "merge": "\n".join(_of_merge(text) for path, text in files.items() if path.endswith(".cfg")),
    }


def _of_merge(text: str) -> str:
    """What is said when halb's sections are put into a haproxy.cfg, and the diff."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "lb1/etc/haproxy/haproxy.cfg")
        path.parent.mkdir(parents=True)
        path.write_text(text)
        name = str(path.relative_to(folder))
        merging = merge_tree(Path(folder), {name: (_OWN, 0o644)}, merge=True)
        diffs = diff(Path(folder), merging.files) if not merging.problems else {}
        return "\n".join([*merging.problems, *merging.notes, *diffs.values()])
