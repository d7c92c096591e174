"""An editor that starts the language server and speaks its protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

Json = Any
SERVER = (sys.executable, "-c", "from webapp.commands import main; main()", "lsp")


class Editor:
    """One server process, and what an editor knows of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            SERVER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.number = 0
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.diagnostics: dict[str, list[Json]] = {}
        self.capabilities = self.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": {}},
        )["capabilities"]
        self.tell("initialized", {})

    def quit(self) -> int:
        self.ask("shutdown", None)
        self.tell("exit", None)
        return self.process.wait()

    # What people do.

    def open(self, name: str) -> list[Json]:
        """Open a file; gives its findings."""
        self.texts[name] = (self.folder / name).read_text(encoding="utf-8")
        self.versions[name] = 1
        document = {
            "uri": self.uri(name),
            "languageId": "yaml",
            "version": 1,
            "text": self.texts[name],
        }
        self.tell("textDocument/didOpen", {"textDocument": document})
        return self.findings(name)

    def type(self, name: str, old: str, new: str) -> list[Json]:
        """Type a text in place of the first one like ``old``; gives the findings."""
        self.send_typed(name, old, new)
        return self.findings(name)

    def send_typed(self, name: str, old: str, new: str) -> None:
        text = self.texts[name]
        start = text.index(old)
        change = {
            "range": {
                "start": position(text, start),
                "end": position(text, start + len(old)),
            },
            "text": new,
        }
        self.texts[name] = text[:start] + new + text[start + len(old) :]
        self.versions[name] += 1
        version = {"uri": self.uri(name), "version": self.versions[name]}
        params = {"textDocument": version, "contentChanges": [change]}
        self.tell("textDocument/didChange", params)

    def close(self, name: str) -> None:
        del self.texts[name], self.versions[name]
        document = {"uri": self.uri(name)}
        self.tell("textDocument/didClose", {"textDocument": document})

    def findings(self, name: str) -> list[Json]:
        """The findings of a file's last version."""
        while True:
            message = self.read()
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            params = self._kept(message)
            is_last = params.get("version") == self.versions[name]
            if params["uri"] == self.uri(name) and is_last:
                return params["diagnostics"]

    def _kept(self, message: Json) -> Json:
        params = message["params"]
        self.diagnostics[self.name(params["uri"])] = params["diagnostics"]
        return params

    def at(self, method: str, name: str, mark: str, **more: Json) -> Json:
        """Ask about the place of ``|`` in a part of the file's text."""
        offset = self.texts[name].index(mark.replace("|", "")) + mark.index("|")
        place = {
            "textDocument": {"uri": self.uri(name)},
            "position": position(self.texts[name], offset),
        }
        return self.ask(f"textDocument/{method}", {**place, **more})

    def completions(self, name: str, mark: str) -> list[str]:
        """The texts that are offered at a place."""
        return [item["label"] for item in self.at("completion", name, mark)["items"]]

    def hover(self, name: str, mark: str) -> str:
        answer = self.at("hover", name, mark)
        return answer["contents"]["value"] if answer else ""

    def definition(self, name: str, mark: str) -> list[str]:
        """Where a thing is defined, as ``file: text``."""
        return [self.shown(place) for place in self.at("definition", name, mark)]

    def fixes(self, name: str, finding: Json) -> list[Json]:
        params = {
            "textDocument": {"uri": self.uri(name)},
            "range": finding["range"],
            "context": {"diagnostics": [finding]},
        }
        return self.ask("textDocument/codeAction", params)

    def edited(self, edit: Json) -> Mapping[str, str]:
        """The texts of the files that an edit changes."""
        return {
            self.name(uri): apply(self.text(self.name(uri)), edits)
            for uri, edits in edit["changes"].items()
        }

    # What is shown of it.

    def text(self, name: str) -> str:
        return self.texts.get(name) or (self.folder / name).read_text(encoding="utf-8")

    def shown(self, location: Json) -> str:
        name = self.name(location["uri"])
        return f"{name}: {marked(self.text(name), location['range'])}"

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def name(self, uri: str) -> str:
        path = Path(unquote(urlparse(uri).path))
        return path.relative_to(self.folder).as_posix()

    # The protocol.

    def ask(self, method: str, params: Json) -> Json:
        self.number += 1
        self._write({"id": self.number, "method": method, "params": params})
        while True:
            message = self.read()
            if message.get("id") == self.number:
                if "error" in message:
                    raise Refused(message["error"]["message"])
                return message["result"]
            if message.get("method") == "textDocument/publishDiagnostics":
                self._kept(message)

    def tell(self, method: str, params: Json) -> None:
        self._write({"method": method, "params": params})

    def _write(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self) -> Json:
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the server ended"
        return json.loads(self.process.stdout.read(length))


class Refused(Exception):
    """The server refused a request, with its reason."""


def position(text: str, offset: int) -> Json:
    """The protocol's line and column, in UTF-16, of a character."""
    before = text[:offset]
    line = before.rpartition("\n")[2]
    return {
        "line": before.count("\n"),
        "character": len(line.encode("utf-16-le")) // 2,
    }


def offset_of(text: str, place: Json) -> int:
    lines = text.split("\n")
    line = lines[place["line"]].encode("utf-16-le")
    before = line[: 2 * place["character"]].decode("utf-16-le")
    return sum(len(other) + 1 for other in lines[: place["line"]]) + len(before)


def marked(text: str, span: Json) -> str:
    return text[offset_of(text, span["start"]) : offset_of(text, span["end"])]


def apply(text: str, edits: list[Json]) -> str:
    last_first = sorted(
        edits, key=lambda edit: offset_of(text, edit["range"]["start"]), reverse=True
    )
    for edit in last_first:
        start = offset_of(text, edit["range"]["start"])
        end = offset_of(text, edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text
