"""``crfsmith audit``: is the history as it was written, and does it contain what was
signed?
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import is_zipfile

import click

from forms_spec.findings.catalogue import finding
from generator.tables.layout import DESCRIPTOR
from webapp.commands.terminal import printable
from webapp.installation.command_error import CommandError, cannot_read, cannot_write
from webapp.installation.head_files import read_head
from webapp.installation.signing_key import known_key, made_signer
from webapp.installation.study_database import opened
from webapp.installation.time_stamps import (
    StampFault,
    check_stamp,
    request_stamp,
    stamp_file,
)
from webapp.packages.package_audit import audit_package
from webapp.storage import log_head
from webapp.storage.audit.audit_findings import AuditFinding, AuditFindings, is_sound
from webapp.storage.audit.chain import verify_lines
from webapp.storage.audit.database_audit import (
    AuditReport,
    audit_database,
    check_heads,
    note_chain,
)
from webapp.storage.events import NO_LINE, utc_text
from webapp.storage.redaction_events import Redaction
from webapp.storage.signed_heads import SignedHead, newest_signed, sign_log

SQLITE = b"SQLite format 3\x00"
REDACTED_FROM = {
    "form_version": "in versions of forms",
    "second_entry": "in second entries",
    "query_entry": "in entries of queries",
    "lock_act": "in reasons for locks",
    "void_act": "in reasons for voiding",
    "double_entry_act": "in reasons for decisions between entries",
    "event": "in lines of the log",
}


@click.group(name="audit", short_help="Verify that the history is as it was written.")
def command() -> None:
    """Verify the log of events, and what it says about a database or a package."""


@command.command(short_help="Verify a database, a package or a log.")
@click.argument("source")
@click.option(
    "--head",
    "head_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A head that was kept elsewhere. The log must still contain its line.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Format of the output.",
)
@click.option(
    "--stamp-certificates",
    "certificates",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The certificates (PEM) of the authority that stamped the head.",
)
def verify(
    source: str, head_file: Path | None, layout: str, certificates: Path | None
) -> None:
    """Verify SOURCE: a database (its URL or file), a package, or a file with the lines
    of a log.

    Each kind of finding is reported once: the first one, and how many follow. Exit
    status: 0 if everything is as it was written, 1 if it is not, 2 if nothing could be
    read.
    """
    kept = (read_head(head_file),) if head_file else ()
    report = _with_stamp(_report(source, kept), head_file, certificates)
    show = _show_json if layout == "json" else _show_text
    show(source, report)
    if not is_sound(report.findings):
        click.get_current_context().exit(1)


@command.command(short_help="Write the head of a log, to be kept elsewhere.")
@click.argument("source")
@click.option(
    "--out",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the head to this file. Default: print it on one line.",
)
@click.option(
    "--stamp",
    "authority",
    metavar="URL",
    help="Have the head stamped by this time stamp authority (RFC 3161).",
)
def head(source: str, file: Path | None, authority: str | None) -> None:
    """Sign the newest line of the log in the database SOURCE, and write its head.

    Keep it where nobody who can write to the database can change it: on paper, in
    another system, with the sponsor. `crfsmith audit verify --head FILE` compares.
    """
    if authority and file is None:
        raise CommandError(
            "A stamp is kept beside the file of its head. Add --out FILE."
        )

    with opened(_url(source), must_exist=True) as database:
        sign_log(replace(database, sign=made_signer(database)))
        with database.read() as connection:
            newest = newest_signed(connection)
            # Without a key of its own the database gives an unsigned head.
            if newest is None:
                newest = SignedHead(head=log_head(connection), at=database.clock())

    if newest.head == NO_LINE:
        raise CommandError(f"The log in {source} is empty.")
    if file is None:
        click.echo(newest.text)
        return

    # Asked before the file is written: no head is left without the stamp it should have.
    content = f"{newest.text}\n".encode()
    stamp = request_stamp(content, authority) if authority else None
    try:
        file.write_bytes(content)
        if stamp is not None:
            stamp_file(file).write_bytes(stamp)
    except OSError as error:
        raise cannot_write(file, error) from error

    click.echo(f"Wrote the head of line {newest.head.number:,} to {file}.")
    if stamp is not None:
        click.echo(f"Wrote its time stamp to {stamp_file(file)}.")


def _report(source: str, kept: tuple[SignedHead, ...]) -> AuditReport:
    if "://" in source or _is_sqlite(Path(source)):
        with opened(_url(source), must_exist=True) as database:
            return audit_database(database, kept=kept, key=known_key(database))

    path = Path(source)
    if path.is_dir() or path.name == DESCRIPTOR or is_zipfile(path):
        return audit_package(path, kept)
    return _report_of_log(path, kept)


def _with_stamp(
    report: AuditReport, head_file: Path | None, certificates: Path | None
) -> AuditReport:
    """The report, with what is found of the stamp beside a head that was kept."""
    if head_file is None:
        if certificates is not None:
            raise CommandError("A stamp is of a head. Add --head FILE.")
        return report

    stamp = stamp_file(head_file)
    if certificates is None:
        unchecked = stamp.exists()
        return _noted(report, "stamp-unchecked", value=stamp) if unchecked else report
    if not stamp.exists():
        return _noted(report, "stamp-missing", value=stamp)

    try:
        checked = check_stamp(
            head_file.read_bytes(), stamp.read_bytes(), certificates.read_bytes()
        )
    except StampFault as error:
        return _noted(report, "stamp-invalid", value=stamp, why=str(error))
    except OSError as error:
        raise cannot_read(error.filename, error) from error

    return replace(report, stamped=f"{utc_text(checked.at)} by {checked.authority}")


def _noted(
    report: AuditReport, code: str, *, value: Path, why: str = ""
) -> AuditReport:
    item = AuditFinding(finding=finding(code, value=str(value), why=why))
    return replace(report, findings=(*report.findings, item))


def _url(source: str) -> str:
    """A database file may be given by its name alone."""
    return f"sqlite:///{source}" if _is_sqlite(Path(source)) else source


def _is_sqlite(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            return content.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _report_of_log(file: Path, kept: tuple[SignedHead, ...]) -> AuditReport:
    findings = AuditFindings()
    trusted = check_heads(kept, findings, key="")
    try:
        with file.open("rb") as lines:
            chain = verify_lines(_without_line_ends(lines), trusted)
    except OSError as error:
        raise cannot_read(file, error) from error

    note_chain(chain, findings)
    if not kept:
        findings.add("head-unsigned")
    return AuditReport(
        lines=chain.lines,
        head=chain.head,
        signed=0,
        keys=(),
        findings=findings.listed(),
        redactions=chain.redactions,
    )


def _without_line_ends(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield line.removesuffix(b"\n")


def _show_text(source: str, report: AuditReport) -> None:
    sound = is_sound(report.findings)
    click.echo(f"{'✓' if sound else '✗'} {printable(source)}")

    events = f"{report.lines:,} event{'s' * (report.lines != 1)}"
    if report.head != NO_LINE:
        events += f", newest line {report.head.sha256}"
    click.echo(events)
    if report.stamped:
        click.echo(f"The head was stamped at {printable(report.stamped)}")
    for key in report.keys:
        click.echo(f"{report.signed:,} signed heads, key {printable(key)}")

    if sound and report.redactions:
        click.echo("Everything is as it was written, except where text was taken out.")
    elif sound:
        click.echo("Everything is as it was written.")

    for redaction in report.redactions:
        click.echo()
        for line in _redaction(redaction):
            click.echo(printable(line))

    for item in report.findings:
        word = item.finding.severity.value
        click.echo(f"\n{word}: {printable(item.finding.message)} [{item.finding.code}]")
        if item.more:
            click.echo(f"    {_following(item)}")
        click.echo(f"    -> {printable(item.finding.remedy)}")


def _redaction(item: Redaction) -> tuple[str, ...]:
    """Who took out text, when, why, and from what."""
    who = f"{item.name} ({item.username}, {item.role})" if item.username else "nobody"
    counts = ", ".join(
        f"{item.count(table):,} {words}"
        for table, words in REDACTED_FROM.items()
        if item.count(table)
    )
    origin = f", from {item.origin}" if item.origin else ""
    return (
        f"redacted: line {item.number:,}, {item.at}, by {who}{origin}",
        f"    subject {item.subject}: {counts or 'nothing'}",
        f"    why: {item.reason}",
    )


def _following(item: AuditFinding) -> str:
    """How many come after the first."""
    if item.finding.code.startswith("log-"):
        return f"{item.more:,} line{'s' * (item.more != 1)} of the log follow it."
    return f"{item.more:,} more like it."


def _show_json(source: str, report: AuditReport) -> None:
    findings = [
        {
            "code": item.finding.code,
            "severity": item.finding.severity.value,
            "message": item.finding.message,
            "remedy": item.finding.remedy,
            "more": item.more,
        }
        for item in report.findings
    ]
    redactions = [
        {
            "number": item.number,
            "at": item.at,
            "by": item.username,
            "name": item.name,
            "role": item.role,
            "from": item.origin,
            "subject": item.subject,
            "reason": item.reason,
            "rows": [row.as_detail() for row in item.rows],
        }
        for item in report.redactions
    ]
    shown = {
        "valid": is_sound(report.findings),
        "source": source,
        "events": report.lines,
        "sha256": report.head.sha256,
        "signed_heads": report.signed,
        "keys": list(report.keys),
        "stamped": report.stamped,
        "redactions": redactions,
        "findings": findings,
    }
    click.echo(json.dumps(shown, indent=2))
