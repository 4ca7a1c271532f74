"""What an editor asks, answered: a function for each request of the protocol."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from lsprotocol import types

from rules.editor.actions import FIX_ALL, fix_everything, fixes_on
from rules.editor.addresses import path_of
from rules.editor.diagnostics import shown
from rules.editor.layout.indentation import indented
from rules.editor.layout.outline import folds, symbols
from rules.editor.layout.tokens import semantic_tokens
from rules.editor.names.index import names_of
from rules.editor.names.renaming import chosen_at_run_time, renamable, renamed
from rules.editor.words.completion import completion_at
from rules.editor.words.hover import hover_at
from rules.editor.words.places import targets

if TYPE_CHECKING:
    from parsers.edits import Edit
    from rules.editor.names.occurrences import Occurrence
    from rules.editor.session import AskedPlace, EditorSession

_MOST_SYMBOLS = 500
_START = types.Range(types.Position(0, 0), types.Position(0, 0))


def hover(session: EditorSession, params: types.HoverParams) -> types.Hover | None:
    """What a word means."""
    place = session.place(params.text_document.uri)
    found = hover_at(place.view, place.offset(params.position)) if place is not None else None
    if place is None or found is None:
        return None
    content = types.MarkupContent(types.MarkupKind.Markdown, shown(found.text))
    return types.Hover(content, place.places.range(found.start, found.end))


def completion(session: EditorSession, params: types.CompletionParams) -> types.CompletionList | None:
    """What may stand at a place."""
    place = session.place(params.text_document.uri)
    if place is None:
        return None
    found = completion_at(place.view, place.offset(params.position))
    there = place.places.range(found.start, found.end)
    items = []
    for number, proposal in enumerate(found.proposals):
        snippet = proposal.insert if session.snippets else ""
        item = types.CompletionItem(
            label=proposal.word,
            kind=proposal.kind,
            detail=proposal.detail or None,
            sort_text=f"{number:04}",
            filter_text=proposal.word,
            text_edit=types.TextEdit(there, snippet or proposal.word),
            insert_text_format=types.InsertTextFormat.Snippet if snippet else types.InsertTextFormat.PlainText,
        )
        if proposal.text:
            item.documentation = types.MarkupContent(types.MarkupKind.Markdown, proposal.text)
        items.append(item)
    return types.CompletionList(is_incomplete=False, items=items)


def definition(session: EditorSession, params: types.DefinitionParams) -> list[types.Location]:
    """Where a name is defined, or the file that is named."""
    place = session.place(params.text_document.uri)
    if place is None:
        return []
    return [
        types.Location(session.uri(target.path), session.range(target.span) if target.span is not None else _START)
        for target in targets(place.view, place.offset(params.position))
    ]


def references(session: EditorSession, params: types.ReferenceParams) -> list[types.Location]:
    """Every place with a name, on all nodes."""
    place = session.place(params.text_document.uri)
    found = _named(place, params.position)
    if place is None or found is None:
        return []
    return [
        types.Location(session.uri(one.span.source.path), session.range(one.span))
        for one in names_of(place.view.run).every(found.key, place.view.path)
        if params.context.include_declaration or not one.defines
    ]


def highlights(session: EditorSession, params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
    """Every place with a name in the same file."""
    place = session.place(params.text_document.uri)
    found = _named(place, params.position)
    if place is None or found is None:
        return []
    read, write = types.DocumentHighlightKind.Read, types.DocumentHighlightKind.Write
    return [
        types.DocumentHighlight(place.places.range(one.span.start, one.span.end), write if one.defines else read)
        for one in names_of(place.view.run).in_file(place.view.path)
        if one.key == found.key
    ]


def _named(place: AskedPlace | None, position: types.Position) -> Occurrence | None:
    return names_of(place.view.run).at(place.view.path, place.offset(position)) if place is not None else None


def prepare_rename(session: EditorSession, params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
    """The name that would be renamed; raises RenameError."""
    place = session.place(params.text_document.uri)
    if place is None:
        return None
    found = renamable(place.view.run, place.view.path, place.offset(params.position))
    return types.PrepareRenamePlaceholder(place.places.range(found.span.start, found.span.end), found.key.name)


def rename(session: EditorSession, params: types.RenameParams) -> types.WorkspaceEdit | None:
    """The changes that rename something on all nodes; raises RenameError. What they leave out is remarked upon."""
    place = session.place(params.text_document.uri)
    if place is None:
        return None
    run, path, offset = place.view.run, place.view.path, place.offset(params.position)
    changes = renamed(run, path, offset, params.new_name)
    if left := chosen_at_run_time(run, path, renamable(run, path, offset).key):
        session.remarks.append(left)
    return session.side().edit(changes, {source.path: source for source in place.view.run.sources})


def document_symbols(session: EditorSession, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    """The outline of a file."""
    place = session.place(params.text_document.uri)
    return symbols(place.view, session.encoding) if place is not None else []


def workspace_symbols(session: EditorSession, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    """The definitions in all files that have the letters of the query in this order."""
    found = {}
    for scope in session.workspace.scopes():
        names = names_of(scope.run)
        for source in scope.run.sources:
            for one in names.in_file(source.path):
                if one.defines and _fits(params.query.lower(), one.key.name.lower()):
                    found[one.span] = one
    return [
        types.WorkspaceSymbol(
            types.Location(session.uri(one.span.source.path), session.range(one.span)),
            one.key.name,
            types.SymbolKind.Class,
            container_name=one.key.owner or one.key.kind,
        )
        for one in islice(found.values(), _MOST_SYMBOLS)
    ]


def _fits(query: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in query)


def folding(session: EditorSession, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    """What can be folded."""
    place = session.place(params.text_document.uri)
    return folds(place.view) if place is not None else []


def tokens(session: EditorSession, params: types.SemanticTokensParams) -> types.SemanticTokens:
    """What each word of a file is."""
    place = session.place(params.text_document.uri)
    return types.SemanticTokens(semantic_tokens(place.view, session.encoding) if place is not None else [])


def tokens_in_range(session: EditorSession, params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
    """What each word of a stretch is."""
    place = session.place(params.text_document.uri)
    if place is None:
        return types.SemanticTokens([])
    start, end = place.offset(params.range.start), place.offset(params.range.end)
    return types.SemanticTokens(semantic_tokens(place.view, session.encoding, start, end))


def formatting(session: EditorSession, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    """The changes that indent a file; raises LayoutError."""
    place = session.place(params.text_document.uri)
    return _edits(place, indented(place.view, _unit(params.options))) if place is not None else []


def range_formatting(session: EditorSession, params: types.DocumentRangeFormattingParams) -> list[types.TextEdit]:
    """The changes that indent some lines; raises LayoutError."""
    place = session.place(params.text_document.uri)
    if place is None:
        return []
    edits = _edits(place, indented(place.view, _unit(params.options)))
    first, last = params.range.start.line, params.range.end.line
    return [edit for edit in edits if first <= edit.range.start.line <= last]


def _edits(place: AskedPlace, edits: list[Edit]) -> list[types.TextEdit]:
    return [types.TextEdit(place.places.range(edit.span.start, edit.span.end), edit.text) for edit in edits]


def _unit(options: types.FormattingOptions) -> str:
    return " " * min(max(options.tab_size, 1), 16) if options.insert_spaces else "\t"


def code_actions(session: EditorSession, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What can be done about the findings of a stretch, and about all of them."""
    path = path_of(params.text_document.uri)
    place = session.place(params.text_document.uri)
    if place is None or path is None:
        return []
    wanted, side = params.context.only, session.side()
    found: list[types.CodeAction] = []
    if wanted is None or types.CodeActionKind.QuickFix in wanted or "" in wanted:
        start, end = place.offset(params.range.start), place.offset(params.range.end)
        found += fixes_on(place.scope, path, start, end, side, params.context.diagnostics)
    if wanted is not None and any(kind == FIX_ALL or FIX_ALL.startswith(f"{kind}.") for kind in wanted):
        everything = fix_everything(place.scope, side)
        found += [everything] if everything is not None else []
    return found
