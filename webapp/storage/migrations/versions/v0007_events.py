"""The log of events. What was there before is summed up in its first line.

A line can be added at the end only, and never changed or taken away.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from webapp.storage.log_beginning import begin_log
from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NEXT = "(SELECT coalesce(max(number), 0) + 1 FROM event)"


def upgrade() -> None:
    op.create_table(
        "event",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_event"),
    )
    for column in ("subjid", "kind", "username"):
        op.create_index(f"ix_event_{column}", "event", [column, "number"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()

    begin_log(op.get_bind(), datetime.now(UTC))


def _guard_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
    op.execute(f"CREATE TRIGGER event_no_update BEFORE UPDATE ON event {refuse}")
    op.execute(f"CREATE TRIGGER event_no_delete BEFORE DELETE ON event {refuse}")
    op.execute(
        "CREATE TRIGGER event_is_next BEFORE INSERT ON event"
        f" WHEN NEW.number <> {NEXT} {refuse}"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION crfsmith_event_is_next() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF NEW.number <> {NEXT} THEN RAISE EXCEPTION '{KEPT}' USING"
        " ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$"
    )
    refuse = "EXECUTE FUNCTION crfsmith_refuse()"
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER event_no_{action.lower()} BEFORE {action} ON event"
            f" FOR EACH ROW {refuse}"
        )

    op.execute(
        "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event"
        f" FOR EACH STATEMENT {refuse}"
    )
    op.execute(
        "CREATE TRIGGER event_is_next BEFORE INSERT ON event"
        " FOR EACH ROW EXECUTE FUNCTION crfsmith_event_is_next()"
    )
