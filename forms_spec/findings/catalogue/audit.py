"""What ``crfsmith audit verify`` finds: a log, a database or a package that is not as it
was written.
"""

from __future__ import annotations

from forms_spec.findings.catalogue.entry import refuse, warn

_BACKUP = (
    "Keep this copy as it is. Compare it with a backup and with the heads that you "
    "keep elsewhere, and find out who could write to it."
)
_RESTORE = (
    "Keep this copy as it is, find out who could write to the database, and restore "
    "a backup that verifies."
)
_CHAIN = (
    "Each line of the log names the SHA-256 of the line before. Nothing can be "
    "changed, removed, inserted or moved without breaking this chain."
)
_TABLES = (
    "Whatever changes the database adds an event to the log in the same transaction. "
    "A row that does not match its event was changed outside crfsmith."
)
_GUARDS = (
    "Triggers in the database refuse to change or delete what was captured. Somebody "
    "with rights over the tables can remove them."
)

ENTRIES = (
    refuse(
        "log-line-unreadable",
        "Line {number} of the log is not a line that crfsmith wrote.",
        _BACKUP,
        _CHAIN,
    ),
    refuse(
        "log-line-number",
        "Line {number} of the log has the number {value}. Lines were removed, "
        "inserted or moved.",
        _BACKUP,
        _CHAIN,
    ),
    refuse(
        "log-line-changed",
        "Line {number} of the log was changed after it was written.",
        _BACKUP,
        _CHAIN,
    ),
    refuse(
        "log-line-unlinked",
        "Line {number} of the log does not continue line {before}. One of the two "
        "was changed.",
        _BACKUP,
        _CHAIN,
    ),
    refuse(
        "log-rewritten",
        "Line {number} of the log is not the line that was signed. The log was "
        "rewritten somewhere after line {since}.",
        _BACKUP,
        "A signed head names the number and the SHA-256 of a line. A log that was "
        "changed and chained anew no longer contains it.",
    ),
    refuse(
        "log-redaction-unnamed",
        "Text was taken out of line {number} of the log, but no event says who did it.",
        _BACKUP,
        "A redaction is an event that names the SHA-256 of the line before and after. "
        "A line that says it was redacted, without such an event, was changed.",
    ),
    refuse(
        "log-redaction-undone",
        "Text was taken out of line {number} of the log, but the line has it again.",
        "Find out who restored it. Then run `crfsmith redact` again.",
        "An event says that the line was redacted. It is now as it was before.",
    ),
    refuse(
        "stamp-invalid",
        "{value} is not a valid time stamp of the head: {why}.",
        "Compare both files with the copies that you keep elsewhere, and use the "
        "certificates of the authority that made the stamp.",
        "A time stamp authority signs the SHA-512 of a head with its own time. Another "
        "head, another stamp or other certificates do not fit.",
    ),
    refuse(
        "stamp-missing",
        "There is no time stamp {value} beside the head.",
        "Put the stamp beside its head, or leave out --stamp-certificates.",
        "The stamp of a head is a file with the name of the head and .tsr.",
    ),
    warn(
        "stamp-unchecked",
        "{value} was not checked.",
        "Add --stamp-certificates FILE with the certificates of the authority.",
        "Without certificates nobody knows who made a time stamp.",
    ),
    refuse(
        "redaction-undone",
        "Text was taken out of {what}, but it is there again.",
        "Find out who restored it. Then run `crfsmith redact` again.",
        "An event says that the version was redacted. It is now as it was before.",
    ),
    refuse(
        "log-cut",
        "The log ends at line {last}, but line {number} was signed.",
        _BACKUP,
        "A signed head names the number of a line. The end of the log, or all of "
        "it, was removed after the head was signed.",
    ),
    refuse(
        "log-missing",
        "{value} contains no log of events.",
        "Export the package again with this version of crfsmith, or give a database "
        "or a file with the lines of a log.",
        "Packages contain the log in log/events.jsonl since crfsmith keeps one.",
    ),
    refuse(
        "head-unreadable",
        "{value} is not a head of a log that crfsmith wrote.",
        "Give the file that `crfsmith audit head` wrote, or log/head.json of a "
        "package.",
        "A head is a JSON object with the number and the SHA-256 of a line, the time, "
        "the public key and the signature.",
    ),
    refuse(
        "head-forged",
        "The signature of the head of line {number} is not that of its key.",
        _BACKUP,
        "A head is signed with Ed25519. Its number, its hash, its time or its files "
        "were changed after it was signed.",
    ),
    refuse(
        "head-other-key",
        "The head of line {number} was signed with the key {value}, which is not the "
        "key of this database.",
        "If the server was moved to a new key, keep the old public key and compare. "
        "Otherwise somebody without the key signed the log anew.",
        "Everybody can make a key and sign with it. Only the server has the key file "
        "beside its database.",
    ),
    warn(
        "head-unsigned",
        "No head of this log is signed, so nobody can prove that its end is there "
        "and that it was never written anew.",
        "Compare the log with a head that you keep elsewhere (--head FILE). A database "
        "on a server is signed if CRFSMITH_SIGNING_KEY is the path of a key file.",
        "The chain alone finds a change, but not a log that was cut off or chained "
        "anew from a changed line on.",
    ),
    refuse(
        "event-columns",
        "Event {number} has {value} in the column {column}, which is not what its "
        "line says.",
        _RESTORE,
        "The columns of an event repeat parts of its line, so that events can be "
        "found. They were changed outside crfsmith.",
    ),
    refuse(
        "event-without-row",
        "Event {number} tells of {what}, which is not in the database.",
        _RESTORE,
        _TABLES,
    ),
    refuse(
        "row-differs-from-event",
        "The {what} in the database is not as event {number} tells.",
        _RESTORE,
        _TABLES,
    ),
    refuse(
        "row-without-event",
        "The {what} is in the database, but no event tells of it.",
        _RESTORE,
        _TABLES,
    ),
    refuse(
        "standing-differs",
        "What stood in the table {table} before the log began is not as it was: "
        "{rows} rows are left of {value}, or one of them was changed.",
        _RESTORE,
        "The first line of the log sums up what was in the database before it had a "
        "log.",
    ),
    refuse(
        "signature-altered",
        "The {what} does not fit what was signed. It was changed outside crfsmith.",
        _RESTORE,
        "A signature has the SHA-256 over the person, the meaning, the time and the "
        "form versions that were signed. Nothing of it can be changed or moved.",
    ),
    refuse(
        "seal-broken",
        "The {what} is not as it was saved: its seal is broken.",
        _RESTORE,
        "Each version of a form has a seal, a SHA-256 over its answers, its status, "
        "who saved it, when, why, and the seal of the version before.",
    ),
    refuse(
        "form-head-wrong",
        "The {what} is at version {value}, but its newest version is {newest}, or "
        "has another status.",
        _RESTORE,
        "The newest version of each form is noted beside it, so that lists are fast.",
    ),
    refuse(
        "file-altered",
        "The uploaded file {value} in the database is not the one that was uploaded.",
        _RESTORE,
        "An uploaded file is kept under the SHA-256 of its bytes.",
    ),
    refuse(
        "dictionary-altered",
        "The text of the dictionary {value} in the database was changed.",
        _RESTORE,
        "A dictionary is kept under the SHA-256 of its text.",
    ),
    refuse(
        "table-unreadable",
        "The table {table} cannot be read to its end: {why}.",
        _RESTORE,
        "Something in the database is not as crfsmith wrote it.",
    ),
    refuse(
        "guard-missing",
        "The trigger {value} is missing.",
        _RESTORE,
        _GUARDS,
    ),
    refuse(
        "guard-disabled",
        "The trigger {value} is disabled, or does not fire in every session.",
        _RESTORE,
        _GUARDS,
    ),
    refuse(
        "guard-altered",
        "The trigger {value} is not as crfsmith made it.",
        _RESTORE,
        _GUARDS,
    ),
    refuse(
        "guard-foreign",
        "The database has {value}, which crfsmith did not make.",
        "Remove it if it is yours. Otherwise find out who could write to the "
        "database, and restore a backup that verifies.",
        "A trigger, a rule, or a view or table of the same name can change what is "
        "written and read.",
    ),
    refuse(
        "package-file-differs",
        "{value} is not the file that was exported.",
        "Export the package again, or take it from where it was first kept.",
        "The head of the log in a package names the SHA-256 of every other file.",
    ),
    refuse(
        "package-file-missing",
        "{value} was exported, but is missing.",
        "Export the package again, or take it from where it was first kept.",
        "The head of the log in a package names the SHA-256 of every other file.",
    ),
    refuse(
        "package-file-added",
        "{value} was not exported with the package.",
        "Remove the file, or keep it outside of the package.",
        "The head of the log in a package names the SHA-256 of every other file.",
    ),
)
