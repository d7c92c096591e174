"""The tables of the capture database. They do not change when a dictionary does.

Answers are kept as JSON in a plain text column: escaped to ASCII it keeps every
character that a person can type, on every database (PostgreSQL's own JSON and text
types refuse NUL).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

_EMPTY: dict[str | None, Callable[[], Any]] = {"{}": dict, "[]": list}
"""Most documents are one of these."""
_WRITER = json.JSONEncoder(separators=(",", ":"))


class DamagedData(ValueError):
    """Something in the database is not as this program wrote it."""


class JsonText(TypeDecorator[Any]):
    """A JSON document as ASCII text, in the order in which it was given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else _WRITER.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002
        if value in _EMPTY:
            return _EMPTY[value]()
        if value is None:
            return None
        try:
            return json.loads(value)
        except ValueError as error:
            raise DamagedData(
                f"{value[:40]!r} is not what was written there"
            ) from error


class UtcTime(TypeDecorator[datetime]):
    """An instant.

    SQLite forgets the time zone, so it is always written and read as UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> datetime | None:
        if value is None:
            return None
        return (
            value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        )


def plain(text: str) -> str:
    """The text without NUL, which PostgreSQL cannot hold."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}")


class PlainText(TypeDecorator[str]):
    """Text that people write about data: reasons, names."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else plain(value)


class PlainString(TypeDecorator[str]):
    """A name by which something is found, up to its length: one with NUL is looked for,
    and not found.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else plain(value)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

dictionary = Table(
    "dictionary",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("loaded_at", UtcTime, nullable=False),
    Column("files", JsonText, nullable=False),
)

dictionary_use = Table(
    "dictionary_use",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dictionary_hash", ForeignKey("dictionary.hash"), nullable=False),
    Column("since", UtcTime, nullable=False),
)

app_user = Table(
    "app_user",
    metadata,
    Column("username", PlainString(100), primary_key=True),
    Column("name", PlainText, nullable=False),
    Column("role", String(30), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("state", String(10), nullable=False, default="open"),
    Column("sites", JsonText, nullable=False, default="all"),
    Column("must_change_password", Boolean, nullable=False, default=False),
    Column("password_changed_at", UtcTime, nullable=True),
    Column("code_required", Boolean, nullable=False, default=False),
    Column("email", PlainString(254), nullable=False, default=""),
)

# Failures to sign in, by typed name and by address, for all processes of a server.
# ``key`` holds a name only where an account has it: what else was typed there may be a
# password, and stands here as a digest under the server's own key.
sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("key", PlainString(160), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    Column("wait_until", UtcTime, nullable=True),
)

# What an authenticator shares with the server. ``last_step`` is the newest half minute
# whose code was taken: a code counts once.
second_factor = Table(
    "second_factor",
    metadata,
    Column("username", ForeignKey("app_user.username"), primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("confirmed_at", UtcTime, nullable=True),
    Column("last_step", Integer, nullable=False),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("used_at", UtcTime, nullable=True),
)

# The token of a session is in its browser only; here is its SHA-256.
sign_in_session = Table(
    "sign_in_session",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("client", String(64), nullable=False),
    Column("began_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime, nullable=True),
)

subject = Table(
    "subject",
    metadata,
    Column("subjid", PlainString(100), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("added_by", ForeignKey("app_user.username"), nullable=False),
    Column("added_at", UtcTime, nullable=False),
)

# The newest version's status and counts stand here too, so that lists read no answers.
form_instance = Table(
    "form_instance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("form", String(64), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("refused", Integer, nullable=False),
    Column("queries", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("saved_by", String(100), nullable=False),
    UniqueConstraint("subjid", "form", "visit", "unsno"),
)

# The answers stand last: SQLite then reads the narrow columns without walking through
# them.
form_version = Table(
    "form_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("form_instance.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("refused", Integer, nullable=False),
    Column("queries", Integer, nullable=False),
    Column("warnings", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("saved_by", ForeignKey("app_user.username"), nullable=False),
    Column("save_id", PlainString(100), nullable=False),
    Column("dictionary_hash", ForeignKey("dictionary.hash"), nullable=False),
    Column("seal", String(64), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("row_marks", JsonText, nullable=False),
    Column("kept", JsonText, nullable=False),
    Column("rows", JsonText, nullable=False),
    Column("texts", JsonText, nullable=False),
    Column("import_id", Integer, nullable=True),
    UniqueConstraint("instance_id", "number"),
    UniqueConstraint("save_id"),
    CheckConstraint("status IN ('draft', 'unverified', 'complete')", name="status"),
)

# What lists show of a subject, one row each. ``changes`` to ``saved_at`` are totals that
# every save brings up to date; the rest was evaluated on a ``day``, and a save makes
# ``day`` blank: that row has to be evaluated again. No part of the history.
subject_standing = Table(
    "subject_standing",
    metadata,
    Column("subjid", String(100), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("day", String(10), nullable=False),
    Column("dictionary_hash", String(64), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("drafts", Integer, nullable=False),
    Column("complete", Integer, nullable=False),
    Column("saved_at", UtcTime, nullable=True),
    Column("open", Integer, nullable=False),
    Column("to_finish", Integer, nullable=False),
    Column("next_visit", String(64), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("target_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("ended", String(10), nullable=False),
    Column("status", String(20), nullable=False, default="screened"),
    Column("voided", Boolean, nullable=False, default=False),
    Column("findings", JsonText, nullable=False),
)

# What is to be done for a subject: its open visits, forms and findings, each a line of
# somebody's work list. Made anew with the row above.
subject_work = Table(
    "subject_work",
    metadata,
    Column("subjid", String(100), primary_key=True),
    Column("kind", String(10), primary_key=True),
    Column("visit", String(64), primary_key=True),
    Column("unsno", Integer, primary_key=True, autoincrement=False),
    Column("form", String(64), primary_key=True),
    Column("site", String(100), nullable=False),
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("amount", Integer, nullable=False),
)

# What can be looked for, and each word of it: made anew with the rows above.
search_entry = Table(
    "search_entry",
    metadata,
    Column("subjid", String(100), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("site", String(100), nullable=False),
    Column("kind", Text, nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("table_name", String(64), nullable=False),
    Column("rowno", Integer, nullable=False),
    Column("label", PlainText, nullable=False),
)
search_word = Table(
    "search_word",
    metadata,
    Column("word", String(40), primary_key=True),
    Column("subjid", String(100), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
)

# What somebody has to act on at once, put here by the save that brings it. It is shown
# until somebody has seen it, and sent by mail from here: ``mailed_at`` is when it was,
# ``mail_after`` when it is tried next.
alert = Table(
    "alert",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("subjid", String(100), nullable=False),
    Column("site", String(100), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("cell", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("raised_by", PlainString(100), nullable=False),
    Column("raised_at", UtcTime, nullable=False),
    Column("seen_by", PlainString(100), nullable=False),
    Column("seen_at", UtcTime, nullable=True),
    Column("mailed_at", UtcTime, nullable=True),
    Column("mail_after", UtcTime, nullable=False),
    Column("mail_tries", Integer, nullable=False),
    UniqueConstraint("digest"),
)

# The outbox of alerts: one row for each alert and each person or address that gets it.
# Of an account the address is looked up when the message is sent.
alert_mail = Table(
    "alert_mail",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", ForeignKey("alert.id"), nullable=False),
    Column("username", PlainString(100), nullable=False),
    Column("address", PlainString(254), nullable=False),
    Column("mail_after", UtcTime, nullable=False),
    Column("taken_until", UtcTime, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("settled_at", UtcTime, nullable=True),
    Column("settled_as", String(10), nullable=False),
    UniqueConstraint("alert_id", "username", "address"),
)

# One row each time that somebody says the clock was ahead: the versions up to this one
# do not count.
clock_step = Table(
    "clock_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version_id", ForeignKey("form_version.id"), nullable=False),
    Column("newest_save", UtcTime, nullable=False),
    Column("clock", UtcTime, nullable=False),
)

# Who ran an import is not who entered what came with it.
import_run = Table(
    "import_run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("began_at", UtcTime, nullable=False),
    Column("operator", PlainText, nullable=False),
    Column("source", PlainText, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("added_by", ForeignKey("app_user.username"), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

# Everything that anybody did, in one order: ``line`` is the exact text, each chained to
# the one before. The other columns repeat parts of it, to be searched.
event = Table(
    "event",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("username", PlainString(100), nullable=False),
    Column("subjid", PlainString(100), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("form", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("line", Text, nullable=False),
)

# What people and rules ask about data. A query moves on with its entries; its place and
# who opened it never change. A blank ``opened_by`` is a rule; row 0 is no row.
query = Table(
    "query",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("form", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("table_name", String(64), nullable=False),
    Column("rowno", Integer, nullable=False),
    Column("field", String(64), nullable=False),
    Column("code", String(100), nullable=False),
    Column("source", PlainText, nullable=False),
    Column("opened_by", PlainString(100), nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("state_by", PlainString(100), nullable=False),
    Column("state_at", UtcTime, nullable=False),
    Column("assigned_role", String(30), nullable=False),
    Column("assigned_to", PlainString(100), nullable=False),
    Column("basis", String(64), nullable=False),
    Column("entries", Integer, nullable=False),
    CheckConstraint(
        "state IN ('open', 'answered', 'closed', 'cancelled', 'comment')", name="state"
    ),
)

# ``event_number`` is the line of the log that seals the entry: it has the text's hash.
query_entry = Table(
    "query_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("query_id", ForeignKey("query.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", String(12), nullable=False),
    Column("username", PlainString(100), nullable=False),
    Column("rule", String(100), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("assigned_role", String(30), nullable=False),
    Column("assigned_to", PlainString(100), nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("text", PlainText, nullable=False),
    UniqueConstraint("query_id", "number"),
    CheckConstraint(
        "action IN ('opened', 'answered', 'closed', 'reopened', 'cancelled',"
        " 'commented')",
        name="action",
    ),
)

# The subjects whose forms were saved since their rule queries were last looked at: put
# here by the save itself, so that none is forgotten when a server is killed.
query_due = Table(
    "query_due",
    metadata,
    Column("subjid", ForeignKey("subject.subjid"), primary_key=True),
)

# Who froze, locked or opened what: the study where the subject is blank, a subject where
# the visit is, a visit where the form is. ``event_number`` is the line of the log that
# seals the act: it has the reason's hash.
lock_act = Table(
    "lock_act",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", PlainString(100), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("reason", PlainText, nullable=False),
    CheckConstraint("state IN ('open', 'frozen', 'locked')", name="state"),
)

# Who signed what, and with what meaning. ``forms`` has the versions that were signed with
# their seals, ``digest`` is the SHA-256 over all of it.
signature = Table(
    "signature",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("meaning", PlainText, nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("name", PlainText, nullable=False),
    Column("signed_at", UtcTime, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("forms", JsonText, nullable=False),
)

# What was compared with the source, and what was changed since. ``cell`` is blank for a
# form as a whole.
verification = Table(
    "verification",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("cell", String(160), nullable=False),
    Column("act", String(10), nullable=False),
    Column("version", Integer, nullable=False),
    Column("username", PlainString(100), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
    CheckConstraint("act IN ('verified', 'withdrawn', 'lost')", name="act"),
)

# Which version of a form a reviewer has seen, as the reviewer said.
look = Table(
    "look",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("looked_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
)

# What a second person typed of a form, without seeing the first entry. Each save is a
# version, sealed like those of forms.
second_entry = Table(
    "second_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("saved_at", UtcTime, nullable=False),
    Column("saved_by", ForeignKey("app_user.username"), nullable=False),
    Column("save_id", PlainString(100), nullable=False),
    Column("dictionary_hash", ForeignKey("dictionary.hash"), nullable=False),
    Column("seal", String(64), nullable=False),
    Column("reason", PlainText, nullable=False),
    Column("row_marks", JsonText, nullable=False),
    Column("kept", JsonText, nullable=False),
    Column("rows", JsonText, nullable=False),
    Column("texts", JsonText, nullable=False),
    UniqueConstraint("save_id"),
    CheckConstraint("status IN ('draft', 'complete')", name="status"),
)

# What happened between the two entries of a form: somebody read the first one and so
# cannot be the second person, a second entry was given up, both were found equal, or
# somebody decided where they differ. ``choices`` has the decision by cell.
double_entry_act = Table(
    "double_entry_act",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("act", String(12), nullable=False),
    Column("first_version", Integer, nullable=False),
    Column("second_number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("choices", JsonText, nullable=False),
    Column("reason", PlainText, nullable=False),
    CheckConstraint(
        "act IN ('read', 'discarded', 'agreed', 'adjudicated')", name="act"
    ),
)

# A randomization list that was loaded. ``digest`` stands for its entries in the log, and
# ``salt`` is drawn for it: without it, a short list could be guessed from the digest.
randomization_list = Table(
    "randomization_list",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("loaded_at", UtcTime, nullable=False),
    Column("entries", Integer, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("event_number", Integer, nullable=False),
)

# What is allocated, in this order within each stratum. Nothing that a page shows is read
# from here, but what was allocated already.
randomization_entry = Table(
    "randomization_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("list_id", ForeignKey("randomization_list.id"), nullable=False),
    Column("number", PlainString(100), nullable=False),
    Column("stratum", PlainString(1000), nullable=False),
    Column("arm", PlainString(200), nullable=False),
    UniqueConstraint("number"),
)

# Which entry a subject got: each entry once, and each subject once.
randomization = Table(
    "randomization",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entry_id", ForeignKey("randomization_entry.id"), nullable=False),
    Column("subjid", ForeignKey("subject.subjid"), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
    UniqueConstraint("entry_id"),
    UniqueConstraint("subjid"),
)

# The save that broke a signature.
signature_break = Table(
    "signature_break",
    metadata,
    Column("signature_id", ForeignKey("signature.id"), primary_key=True),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("username", PlainString(100), nullable=False),
    Column("broken_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
)

# Something that was entered by mistake, and whether it counts again. Acts only add up.
void_act = Table(
    "void_act",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("subjid", PlainString(100), nullable=False),
    Column("visit", String(64), nullable=False),
    Column("unsno", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("username", ForeignKey("app_user.username"), nullable=False),
    Column("acted_at", UtcTime, nullable=False),
    Column("event_number", Integer, nullable=False),
    Column("reason", PlainText, nullable=False),
    CheckConstraint("state IN ('voided', 'open')", name="state"),
)

# Lines of the log that were signed while they were the newest. ``key`` is the public key
# in hex; the private one is in no database.
signed_head = Table(
    "signed_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("key", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)

Index("ix_alert_mail_settled_at", alert_mail.c.settled_at)
Index("ix_event_subjid", event.c.subjid, event.c.number)
Index("ix_event_kind", event.c.kind, event.c.number)
Index("ix_event_username", event.c.username, event.c.number)
Index(
    "ix_subject_standing_day",
    subject_standing.c.day,
    subject_standing.c.dictionary_hash,
    subject_standing.c.site,
)
Index("ix_subject_standing_site", subject_standing.c.site, subject_standing.c.subjid)
Index(
    "ix_subject_work_kind",
    subject_work.c.kind,
    subject_work.c.last_day,
    subject_work.c.subjid,
    subject_work.c.site,
    subject_work.c.first_day,
)
Index("ix_void_act_subjid", void_act.c.subjid, void_act.c.id)
Index("ix_search_word_subjid", search_word.c.subjid)
Index("ix_alert_seen_at", alert.c.seen_at, alert.c.site)
Index("ix_alert_mailed_at", alert.c.mailed_at, alert.c.mail_after)
Index("ix_dictionary_use_since", dictionary_use.c.since)
Index("ix_query_subjid", query.c.subjid, query.c.state)
Index("ix_query_state", query.c.state, query.c.opened_at, query.c.id)
Index("ix_signature_subjid", signature.c.subjid, signature.c.id)
Index("ix_verification_subjid", verification.c.subjid, verification.c.id)
Index("ix_second_entry_subjid", second_entry.c.subjid, second_entry.c.id)
Index("ix_double_entry_act_subjid", double_entry_act.c.subjid, double_entry_act.c.id)
Index(
    "ix_randomization_entry_stratum",
    randomization_entry.c.stratum,
    randomization_entry.c.id,
)
Index("ix_look_username", look.c.username, look.c.subjid, look.c.id)
Index("ix_lock_act_subjid", lock_act.c.subjid, lock_act.c.id)
