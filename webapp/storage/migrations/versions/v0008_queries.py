"""Queries: what people and rules ask about data, and what is said to it.

A query's entries can be added at the end only. The query itself moves on with its
entries, and never changes its place or who opened it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import PlainText, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PLACE = ("subjid", "visit", "form", "unsno", "table_name", "rowno", "field")
ORIGIN = ("id", *PLACE, "code", "source", "opened_by", "opened_at")
MOVES_ON = (
    " AND ".join(f"NEW.{name} = OLD.{name}" for name in ORIGIN)
    + " AND NEW.entries = OLD.entries + 1"
)
IS_NEXT = (
    "NEW.number = (SELECT coalesce(max(number), 0) + 1 FROM query_entry"
    " WHERE query_id = NEW.query_id)"
)


def upgrade() -> None:
    _query()
    _entries()
    op.create_table(
        "query_due",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("subjid", name="pk_query_due"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_query_due_subjid"
        ),
    )
    # What was complete before there were queries is looked at once.
    op.execute(
        "INSERT INTO query_due (subjid) SELECT DISTINCT subjid FROM form_instance"
        " WHERE status = 'complete'"
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _query() -> None:
    op.create_table(
        "query",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("rowno", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(64), nullable=False),
        sa.Column("code", sa.String(100), nullable=False),
        sa.Column("source", PlainText(), nullable=False),
        sa.Column("opened_by", sa.String(100), nullable=False),
        sa.Column("opened_at", UtcTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("state_by", sa.String(100), nullable=False),
        sa.Column("state_at", UtcTime(), nullable=False),
        sa.Column("assigned_role", sa.String(30), nullable=False),
        sa.Column("assigned_to", sa.String(100), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_query"),
        sa.ForeignKeyConstraint(["subjid"], ["subject.subjid"], name="fk_query_subjid"),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'closed', 'cancelled', 'comment')",
            name="state",
        ),
    )
    op.create_index("ix_query_subjid", "query", ["subjid", "state"])
    op.create_index("ix_query_state", "query", ["state", "opened_at", "id"])


def _entries() -> None:
    op.create_table(
        "query_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("query_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(12), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("rule", sa.String(100), nullable=False),
        sa.Column("acted_at", UtcTime(), nullable=False),
        sa.Column("assigned_role", sa.String(30), nullable=False),
        sa.Column("assigned_to", sa.String(100), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("text", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_query_entry"),
        sa.UniqueConstraint("query_id", "number", name="uq_query_entry_query_id"),
        sa.ForeignKeyConstraint(
            ["query_id"], ["query.id"], name="fk_query_entry_query_id"
        ),
        sa.CheckConstraint(
            "action IN ('opened', 'answered', 'closed', 'reopened', 'cancelled',"
            " 'commented')",
            name="action",
        ),
    )


def _guard_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
    op.execute(
        f"CREATE TRIGGER query_entry_no_update BEFORE UPDATE ON query_entry {refuse}"
    )
    for table in ("query", "query_entry"):
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        )

    op.execute(
        "CREATE TRIGGER query_moves_on BEFORE UPDATE ON query"
        f" WHEN NOT ({MOVES_ON}) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER query_entry_is_next BEFORE INSERT ON query_entry"
        f" WHEN NOT ({IS_NEXT}) {refuse}"
    )


def _guard_postgresql() -> None:
    refuse = "EXECUTE FUNCTION crfsmith_refuse()"
    op.execute(
        "CREATE TRIGGER query_entry_no_update BEFORE UPDATE ON query_entry"
        f" FOR EACH ROW {refuse}"
    )
    for table in ("query", "query_entry"):
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}"
            f" FOR EACH ROW {refuse}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT {refuse}"
        )

    op.execute(
        "CREATE TRIGGER query_moves_on BEFORE UPDATE ON query FOR EACH ROW"
        f" WHEN (NOT ({MOVES_ON})) {refuse}"
    )
    op.execute(
        "CREATE FUNCTION crfsmith_query_entry_is_next() RETURNS trigger"
        f" LANGUAGE plpgsql AS $$ BEGIN IF NOT ({IS_NEXT}) THEN RAISE EXCEPTION"
        f" '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        " RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER query_entry_is_next BEFORE INSERT ON query_entry"
        " FOR EACH ROW EXECUTE FUNCTION crfsmith_query_entry_is_next()"
    )
