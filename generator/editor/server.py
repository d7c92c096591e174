"""The language server: what the editor's protocol asks, answered from a session.

Requests are answered one after the other on the texts as they are at that moment.
Findings are sent shortly after the last change, for every file whose findings are new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types
from pygls import uris
from pygls.lsp.server import LanguageServer

from forms_spec.findings.finding import Finding, Severity
from forms_spec.findings.places import TextPlace
from generator.editor.dictionary_session import (
    Analysis,
    DictionarySession,
    dictionary_folder,
)
from generator.editor.renaming import TextEdit
from generator.editor.symbols import NamedPlace
from generator.editor.text_positions import EditorSpan, Position

PAUSE = 0.02
"""Seconds without a change until findings are sent: those who type fast wait for the
last character only.
"""

SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.QUERY: types.DiagnosticSeverity.Information,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}


class Sent(NamedTuple):
    """What an editor was sent for a file: the version and text that it is about."""

    version: int | None
    text: str
    findings: tuple[Finding, ...]


class OpenFile:
    """A file of a session at the request of an editor."""

    def __init__(self, session: DictionarySession, name: str) -> None:
        self.session = session
        self.name = name

    @property
    def analysis(self) -> Analysis:
        return self.session.analysis()

    def offset(self, position: types.Position) -> int:
        """The character of a position."""
        here = Position(position.line, position.character)
        return self.analysis.positions(self.name).offset(here)

    def occurrence(self, position: types.Position) -> NamedPlace | None:
        """What is named at a position."""
        positions = self.analysis.positions(self.name)
        offset = self.offset(position)
        line = positions.text.count("\n", 0, offset) + 1
        column = offset - (positions.text.rfind("\n", 0, offset) + 1) + 1
        return self.analysis.occurrences.at(self.name, line, column)


class DictionaryServer(LanguageServer):
    """Keeps a session for each folder with an open file."""

    def __init__(self) -> None:
        super().__init__("crfsmith", "1")
        self._sessions: dict[Path, DictionarySession] = {}
        self._waiting: dict[Path, asyncio.TimerHandle] = {}
        self._sent: dict[str, Sent] = {}
        self._uris: dict[Path, str] = {}

    def file(self, uri: str) -> OpenFile | None:
        """The file of a URI, in the session of its dictionary; None of what is no file
        on a disk.
        """
        written = uris.to_fs_path(uri)
        if written is None:
            return None

        path = Path(written)
        for folder, session in self._sessions.items():
            if path.is_relative_to(folder):
                return OpenFile(session, session.name(path))

        folder = dictionary_folder(path)
        session = self._sessions[folder] = DictionarySession(folder)
        return OpenFile(session, session.name(path))

    def take_text(self, uri: str) -> None:
        """The text of an open editor has changed."""
        file = self.file(uri)
        if file is None:
            return

        self._uris[file.session.path(file.name)] = uri
        text = self.workspace.get_text_document(uri).source
        file.session.type(file.name, text)
        self.send_soon(file.session)

    def close(self, uri: str) -> None:
        """An editor was closed; a dictionary without open files is forgotten."""
        file = self.file(uri)
        if file is None:
            return

        session = file.session
        session.close(file.name)
        self._uris.pop(session.path(file.name), None)
        sent = self._sent.pop(uri, None)
        # What was found in texts that nobody saved has to be taken back.
        if sent is not None and sent.findings:
            self._sent[uri] = Sent(None, "", sent.findings)

        if session.is_open:
            self.send_soon(session)
        else:
            self._forget(session)

    def read_folders(self) -> None:
        """Files on disk have changed."""
        for session in self._sessions.values():
            session.read_folder()
            self.send_soon(session)

    def send_soon(self, session: DictionarySession) -> None:
        """Send the findings once nothing has changed for a moment."""
        waiting = self._waiting.pop(session.folder, None)
        if waiting is not None:
            waiting.cancel()

        loop = asyncio.get_running_loop()
        self._waiting[session.folder] = loop.call_later(PAUSE, self.send, session)

    def send(self, session: DictionarySession) -> None:
        """Send the findings of every file of which they are new."""
        self._waiting.pop(session.folder, None)
        analysis = session.analysis()
        by_file: dict[str, list[Finding]] = {name: [] for name in analysis.files}
        for finding in analysis.findings:
            # What is about the dictionary as a whole is shown in its first file.
            name = finding.text.file if finding.text else next(iter(by_file), "")
            by_file.setdefault(name, []).append(finding)

        # Open files come last: who has their findings has those of all files.
        for name in sorted(by_file, key=session.has_open):
            self._send(session, name, tuple(by_file[name]))

    def _send(
        self, session: DictionarySession, name: str, findings: tuple[Finding, ...]
    ) -> None:
        uri = self.uri(session, name)
        analysis = session.analysis()
        sent = Sent(self._version(uri), analysis.files.get(name, ""), findings)
        before = self._sent.get(uri, Sent(None, "", ()))
        # An editor waits for the findings of its last version. A file that nobody sees
        # and of which nothing was said needs no word.
        is_quiet = not (findings or before.findings or sent.version is not None)
        if sent == before or is_quiet:
            return

        self._sent[uri] = sent
        diagnostics = [
            self._diagnostic(session, analysis, name, finding) for finding in findings
        ]
        self._publish(uri, diagnostics)

    def _publish(self, uri: str, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=uri, diagnostics=diagnostics, version=self._version(uri)
            )
        )

    def _forget(self, session: DictionarySession) -> None:
        """Take back all findings of a dictionary of which no file is open."""
        del self._sessions[session.folder]
        waiting = self._waiting.pop(session.folder, None)
        if waiting is not None:
            waiting.cancel()

        for uri in [uri for uri in self._sent if self._is_in(uri, session.folder)]:
            if self._sent.pop(uri).findings:
                self._publish(uri, [])

    def _is_in(self, uri: str, folder: Path) -> bool:
        path = uris.to_fs_path(uri)
        return path is not None and Path(path).is_relative_to(folder)

    def _version(self, uri: str) -> int | None:
        document = self.workspace.text_documents.get(uri)
        return document.version if document is not None else None

    def uri(self, session: DictionarySession, name: str) -> str:
        """The URI of a file, as the editor writes it where it is open."""
        path = session.path(name)
        return self._uris.get(path) or uris.from_fs_path(str(path)) or ""

    def _diagnostic(
        self,
        session: DictionarySession,
        analysis: Analysis,
        name: str,
        finding: Finding,
    ) -> types.Diagnostic:
        place = finding.text or TextPlace(file=name, line=1, column=1)
        related = [
            types.DiagnosticRelatedInformation(
                location=self.location(session, analysis, other), message="see here"
            )
            for other in finding.related
        ]
        remedy = " ".join(finding.remedy.split())

        return types.Diagnostic(
            range=editor_range(analysis.positions(place.file).span(place)),
            message=f"{finding.message}\n{remedy}",
            severity=SEVERITIES[finding.severity],
            code=finding.code,
            source="crfsmith",
            related_information=related or None,
        )

    def location(
        self, session: DictionarySession, analysis: Analysis, place: TextPlace
    ) -> types.Location:
        """A place as the editor's protocol has it."""
        span = analysis.positions(place.file).span(place)
        return types.Location(
            uri=self.uri(session, place.file), range=editor_range(span)
        )

    def workspace_edit(
        self, session: DictionarySession, edits: Iterable[TextEdit]
    ) -> types.WorkspaceEdit:
        """Edits by file."""
        analysis = session.analysis()
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            span = analysis.positions(edit.file).between(edit.start, edit.end)
            changes.setdefault(self.uri(session, edit.file), []).append(
                types.TextEdit(range=editor_range(span), new_text=edit.text)
            )

        return types.WorkspaceEdit(changes=changes)


def editor_range(span: EditorSpan) -> types.Range:
    """A span as the editor's protocol has it."""
    return types.Range(
        start=types.Position(span.start.line, span.start.column),
        end=types.Position(span.end.line, span.end.column),
    )
