"""The audit of a package: its log, the head of it, and every file that the head seals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from generator.package.source import BrokenFile, PackageSource, Unreadable, open_source
from generator.tables import layout
from webapp.installation.command_error import CommandError
from webapp.storage.audit.audit_findings import AuditFindings
from webapp.storage.audit.chain import verify_lines
from webapp.storage.audit.database_audit import AuditReport, check_heads, note_chain
from webapp.storage.events import NO_LINE
from webapp.storage.signed_heads import NoHead, SignedHead, head_of

CHUNK = 1 << 20


def audit_package(path: Path, kept: Sequence[SignedHead]) -> AuditReport:
    """Verifies the log of a package. ``kept`` are heads that were kept elsewhere."""
    try:
        with open_source(path, whole=True) as source:
            return _report(source, kept)
    except Unreadable as error:
        item = error.finding
        raise CommandError(f"{item.message} {item.remedy} [{item.code}]") from error
    except BrokenFile as error:
        raise CommandError(f"{path} cannot be read to its end: {error}.") from error


def _report(source: PackageSource, kept: Sequence[SignedHead]) -> AuditReport:
    findings = AuditFindings()
    head = _head(source, findings)
    heads = [head, *kept] if head else list(kept)

    # A package's own key is known only by a head that was kept elsewhere.
    known = next((item.key for item in kept if item.key), "")
    trusted = check_heads(heads, findings, key=known)
    if not any(item.key for item in heads):
        findings.add("head-unsigned")

    if layout.LOG_EVENTS not in source.sizes:
        findings.add("log-missing", value="The package")
        chain = verify_lines(())
    else:
        chain = verify_lines(_lines(source), trusted)
        note_chain(chain, findings)

    keys: tuple[str, ...] = ()
    if head is not None:
        if chain.head not in {NO_LINE, head.head}:
            findings.add("log-rewritten", number=head.head.number, since=0)
        if head.key:
            keys = (head.key,)
        _check_files(source, head, findings)

    return AuditReport(
        lines=chain.lines,
        head=chain.head,
        signed=len(keys),
        keys=keys,
        findings=findings.listed(),
        redactions=chain.redactions,
    )


def _head(source: PackageSource, findings: AuditFindings) -> SignedHead | None:
    if layout.LOG_HEAD not in source.sizes:
        findings.add("package-file-missing", value=layout.LOG_HEAD)
        return None

    try:
        with source.open(layout.LOG_HEAD) as content:
            return head_of(content.read().decode("utf-8"))
    except (NoHead, UnicodeError):
        findings.add("head-unreadable", value=layout.LOG_HEAD)
        return None


def _lines(source: PackageSource) -> Iterator[bytes]:
    with source.open(layout.LOG_EVENTS) as lines:
        for line in lines:
            yield line.removesuffix(b"\n")


def _check_files(
    source: PackageSource, head: SignedHead, findings: AuditFindings
) -> None:
    for name, wanted in head.files.items():
        if name not in source.sizes:
            findings.add("package-file-missing", value=name)
        elif _digest(source, name) != wanted:
            findings.add("package-file-differs", value=name)

    # The head cannot seal itself: it is signed instead.
    sealed = head.files.keys() | {layout.LOG_HEAD}
    for name in sorted(source.sizes.keys() - sealed):
        findings.add("package-file-added", value=name)


def _digest(source: PackageSource, name: str) -> str:
    digest = sha256()
    with source.open(name) as content:
        while part := content.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()
