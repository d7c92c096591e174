"""The log of events in a package: its lines, and a head that seals every other file.

Events at the end that changed no data are left out, such as sign-ins and exports: the
same data give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from generator.package.package_files import LARGEST_TEXT
from generator.package.source import BrokenFile, PackageSource
from generator.tables import layout
from webapp.storage import EventKind, LogHead, Snapshot
from webapp.storage.events import NO_LINE, line_hash
from webapp.storage.signed_heads import NoHead, SignedHead, Signer, head_of

WITHOUT_DATA: Final = frozenset(
    kind.value
    for kind in (
        EventKind.SIGNED_IN,
        EventKind.SIGN_IN_REFUSED,
        EventKind.SIGNED_OUT,
        EventKind.EXPORTED,
        EventKind.PRINTED,
        EventKind.BACKED_UP,
        EventKind.ACCOUNT_LOCKED,
        EventKind.ACCOUNT_UNLOCKED,
    )
)


def head_of_package(source: PackageSource) -> LogHead:
    """The newest line of the log in a package; ``NO_LINE`` where there is none that can
    be read.
    """
    if source.sizes.get(layout.LOG_HEAD, LARGEST_TEXT) >= LARGEST_TEXT:
        return NO_LINE

    try:
        with source.open(layout.LOG_HEAD) as content:
            return head_of(content.read().decode("utf-8")).head
    except (BrokenFile, NoHead, UnicodeError):
        return NO_LINE


@dataclass(frozen=True, kw_only=True, slots=True)
class PackagedLog:
    """Lines of a log in a file, and the newest of them, with its time."""

    events: Path
    newest: LogHead
    written_at: datetime
    signer: Signer | None

    def head(self, files: Mapping[str, str]) -> str:
        """The head over the log and the SHA-256 of every file by its name."""
        if self.signer is None:
            unsigned = SignedHead(head=self.newest, at=self.written_at, files=files)
            return f"{unsigned.text}\n"
        signed = self.signer.signed(self.newest, self.written_at, files)
        return f"{signed.text}\n"


@contextmanager
def packaged_log(state: Snapshot, sign: object) -> Iterator[PackagedLog | None]:
    """The log of a database as a package carries it; None where nothing was logged."""
    with TemporaryDirectory(prefix="crfsmith-") as folder:
        events = Path(folder) / "events.jsonl"
        newest, end, position = "", 0, 0
        with events.open("wb") as out:
            for line in state.log_lines():
                position += out.write(f"{line}\n".encode())
                if json.loads(line)["kind"] not in WITHOUT_DATA:
                    newest, end = line, position
            out.truncate(end)

        if not newest:
            yield None
            return

        content = json.loads(newest)
        yield PackagedLog(
            events=events,
            newest=LogHead(number=content["number"], sha256=line_hash(newest)),
            # The time of the newest line, not of the export: the same data give the
            # same bytes.
            written_at=datetime.fromisoformat(content["at"]),
            signer=sign if isinstance(sign, Signer) else None,
        )
