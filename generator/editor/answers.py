"""What the language server answers: one function for each question of the protocol."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams

from generator.editor.completion import Offer, completions
from generator.editor.cursor import Cursor, cursor_at
from generator.editor.hover import hover_text
from generator.editor.quick_fixes import QuickFix, quick_fixes
from generator.editor.renaming import RenameRefused, rename, renamed_symbol
from generator.editor.server import DictionaryServer, OpenFile, editor_range
from generator.editor.symbols import NamedPlace

Answer = TypeVar("Answer")

TRIGGERS = (".", "$", "[", "'")

KINDS = {
    "key": types.CompletionItemKind.Property,
    "name": types.CompletionItemKind.Reference,
    "word": types.CompletionItemKind.EnumMember,
    "field": types.CompletionItemKind.Field,
    "form": types.CompletionItemKind.Class,
    "visit": types.CompletionItemKind.Event,
    "code": types.CompletionItemKind.Value,
    "parameter": types.CompletionItemKind.Constant,
    "derivation": types.CompletionItemKind.Variable,
    "function": types.CompletionItemKind.Function,
    "keyword": types.CompletionItemKind.Keyword,
}


def dictionary_server() -> DictionaryServer:
    """A server with everything that it answers."""
    server = DictionaryServer()
    _follow_texts(server)
    _answer_questions(server)
    _answer_changes(server)

    return server


def _follow_texts(server: DictionaryServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.take_text(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.take_text(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:  # noqa: ARG001
        server.read_folders()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def disk_changed(params: types.DidChangeWatchedFilesParams) -> None:  # noqa: ARG001
        server.read_folders()


def _answer_questions(server: DictionaryServer) -> None:
    options = types.CompletionOptions(trigger_characters=list(TRIGGERS))

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, options)
    def complete(params: types.CompletionParams) -> types.CompletionList:
        file = server.file(params.text_document.uri)
        items = _completion_items(file, params.position) if file is not None else []
        return types.CompletionList(is_incomplete=False, items=items)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        file = server.file(params.text_document.uri)
        named = file.occurrence(params.position) if file is not None else None
        if file is None or named is None:
            return None

        span = file.analysis.positions(file.name).span(named.place)
        text = hover_text(file.analysis, named.symbol)
        contents = types.MarkupContent(kind=types.MarkupKind.Markdown, value=text)
        return types.Hover(contents=contents, range=editor_range(span))

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def define(params: types.DefinitionParams) -> list[types.Location]:
        return _locations(
            server, params.text_document.uri, params.position, only_definitions=True
        )

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def refer(params: types.ReferenceParams) -> list[types.Location]:
        return _locations(
            server, params.text_document.uri, params.position, only_definitions=False
        )


def _locations(
    server: DictionaryServer,
    uri: str,
    position: types.Position,
    *,
    only_definitions: bool,
) -> list[types.Location]:
    file = server.file(uri)
    named = file.occurrence(position) if file is not None else None
    if file is None or named is None:
        return []

    places = [
        occurrence.place
        for occurrence in file.analysis.occurrences.of(named.symbol)
        if occurrence.defines or not only_definitions
    ]
    return [
        server.location(file.session, file.analysis, place)
        for place in dict.fromkeys(places)
    ]


def _answer_changes(server: DictionaryServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: types.PrepareRenameParams) -> types.Range:
        file, named = _named(server, params.text_document.uri, params.position)
        _refusing(lambda: renamed_symbol(file.analysis, named))
        assert named is not None
        return editor_range(file.analysis.positions(file.name).span(named.place))

    @server.feature(
        types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True)
    )
    def change_name(params: types.RenameParams) -> types.WorkspaceEdit:
        file, named = _named(server, params.text_document.uri, params.position)
        symbol = _refusing(lambda: renamed_symbol(file.analysis, named))
        analyse = file.session.analysis_of
        edits = _refusing(
            lambda: rename(file.analysis, symbol, params.new_name, analyse)
        )
        return server.workspace_edit(file.session, edits)

    kinds = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, kinds)
    def fix(params: types.CodeActionParams) -> list[types.CodeAction]:
        file = server.file(params.text_document.uri)
        if file is None:
            return []

        start, end = file.offset(params.range.start), file.offset(params.range.end)
        fixes = quick_fixes(file.analysis, file.name, start, end)
        return [_code_action(server, file, offer, params) for offer in fixes]


def _named(
    server: DictionaryServer, uri: str, position: types.Position
) -> tuple[OpenFile, NamedPlace | None]:
    file = server.file(uri)
    if file is None:
        raise JsonRpcInvalidParams("Only files on a disk can be renamed in.")

    return file, file.occurrence(position)


def _refusing(work: Callable[[], Answer]) -> Answer:
    """What some work gives; a refusal is an answer of the protocol."""
    try:
        return work()
    except RenameRefused as refusal:
        raise JsonRpcInvalidParams(str(refusal)) from refusal


def _code_action(
    server: DictionaryServer,
    file: OpenFile,
    offer: QuickFix,
    params: types.CodeActionParams,
) -> types.CodeAction:
    """An offer, with the diagnostics of the editor that it settles."""
    settled = [
        diagnostic
        for diagnostic in params.context.diagnostics
        if diagnostic.code == offer.finding.code
    ]
    return types.CodeAction(
        title=offer.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=settled,
        edit=server.workspace_edit(file.session, offer.edits),
    )


def _completion_items(
    file: OpenFile, position: types.Position
) -> Sequence[types.CompletionItem]:
    positions = file.analysis.positions(file.name)
    offset = file.offset(position)
    cursor = cursor_at(positions.text, offset)
    if cursor is None:
        return []

    follows = positions.text[offset : offset + 2]
    items: list[types.CompletionItem] = []
    for index, offer in enumerate(completions(cursor, file.analysis.study)):
        text, typed = _written(offer, cursor, follows)
        # Folded lines and escapes are typed otherwise than they are read.
        start = (
            offset - len(typed) if positions.text[:offset].endswith(typed) else offset
        )
        edit = types.TextEdit(
            range=editor_range(positions.between(start, offset)), new_text=text
        )
        items.append(
            types.CompletionItem(
                label=offer.text,
                kind=KINDS[offer.kind],
                detail=offer.words if offer.kind != "key" else None,
                documentation=offer.words if offer.kind == "key" else None,
                filter_text=offer.text,
                sort_text=f"{index:05}",
                text_edit=edit,
            )
        )

    return items


def _written(offer: Offer, cursor: Cursor, follows: str) -> tuple[str, str]:
    """An offer, and what it replaces, as they are written in the file."""
    text, typed = offer.text, offer.replaces
    if offer.kind == "key" and not follows.startswith(":"):
        text = f"{text}: "
    # Inside single quotes of YAML, a quote is doubled.
    if cursor.quote == "'":
        text, typed = text.replace("'", "''"), typed.replace("'", "''")

    # A quote that is closed already is not closed twice.
    closing = "''" if cursor.quote == "'" else "'"
    if offer.kind == "code" and follows.startswith(closing):
        text = text.removesuffix(closing)

    return text, typed
