"""The uploaded files of a package that is imported: none comes in as another than it
says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from webapp.storage import Snapshot


class UploadChecker:
    """Looks at each file of one import once.

    ``file`` gives its bytes by the text of its cell.
    """

    def __init__(self, state: Snapshot, file: Callable[[str], bytes | None]) -> None:
        self._state = state
        self._file = file
        self._taken: dict[str, str] = {}
        self._faults: dict[str, str | None] = {}

    def fault(self, name: str) -> str | None:
        """The code of what is wrong with a file; a sound one is expected to come in."""
        if name not in self._faults:
            self._faults[name] = self._look(name)
        return self._faults[name]

    def content(self, name: str) -> bytes | None:
        """The bytes of a file with which nothing is wrong."""
        return self._file(name) if self.fault(name) is None else None

    def _look(self, name: str) -> str | None:
        content = self._file(name)
        if content is None:
            return "import-file-missing"

        digest = hashlib.sha256(content).hexdigest()
        beginning = name.split("/")[1]
        if not digest.startswith(beginning):
            return "import-file-changed"

        # A cell names its file by the beginning of the hash: two files may not share it.
        kept = self._state.attachment_head(beginning)
        known = kept.sha256 if kept else digest
        if self._taken.get(beginning, known) != digest:
            return "import-file-alike"

        self._taken[beginning] = digest
        return None
