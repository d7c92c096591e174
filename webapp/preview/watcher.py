"""A dictionary's folder as the preview sees it: the text now, its findings, and the
last good version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock

from forms_spec import load_study
from forms_spec.findings.finding import Finding
from forms_spec.model.study import Study
from generator.dictionary.folder import Folder, UnreadableFolder, read_dictionary
from webapp.preview.changes import NONE, Changes, changes


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The folder at one moment.

    ``version`` changes with every byte of it. ``study`` is the dictionary as it stands,
    or the last good one when ``broken``; None when there never was one. ``changes`` is
    what ``study`` says otherwise than the good version before it.
    """

    version: str
    files: Mapping[str, str]
    findings: tuple[Finding, ...]
    study: Study | None
    broken: bool
    changes: Changes = NONE


class Watched:
    """Looks at the folder whenever it is asked, and reads the dictionary anew when a
    byte has changed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._seen: Seen | None = None
        self._before: Study | None = None

    def _read(self) -> Folder:
        try:
            return read_dictionary(self._folder)
        except UnreadableFolder:
            # Emptied or moved while it is watched: a dictionary without files.
            return Folder({}, ())

    def version(self) -> str:
        """The version on disk, which may be newer than what was seen last."""
        files, unreadable = self._read()
        return _version(files, unreadable)

    def now(self) -> Seen:
        """The folder as it is; never an exception for what stands in it."""
        files, unreadable = self._read()
        version = _version(files, unreadable)
        with self._lock:
            if self._seen is None or self._seen.version != version:
                self._seen = self._look(version, files, unreadable)
            return self._seen

    def _look(
        self, version: str, files: Mapping[str, str], unreadable: tuple[Finding, ...]
    ) -> Seen:
        loaded = load_study(files, incomplete=bool(unreadable))
        good = self._seen.study if self._seen else None
        findings = (*unreadable, *loaded.findings)
        if loaded.study is None or unreadable:
            changed = self._seen.changes if self._seen else NONE
            return Seen(
                version=version,
                files=files,
                findings=findings,
                study=good,
                broken=True,
                changes=changed,
            )

        # A save that changes nothing keeps the marks of the last change on the pages.
        if good is not None and good.hash != loaded.study.hash:
            self._before = good
        return Seen(
            version=version,
            files=files,
            findings=findings,
            study=loaded.study,
            broken=False,
            changes=changes(self._before, loaded.study),
        )


def _version(files: Mapping[str, str], unreadable: tuple[Finding, ...]) -> str:
    digest = sha256()
    for name in sorted(files):
        digest.update(
            f"{name}\0{len(files[name])}\0{files[name]}".encode(
                "utf-8", "surrogatepass"
            )
        )

    digest.update(
        repr([(str(item.text), item.message) for item in unreadable]).encode()
    )

    return digest.hexdigest()[:16]
