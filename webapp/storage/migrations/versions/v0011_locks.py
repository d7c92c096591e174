"""Forms, visits, subjects and the study can be frozen and locked. Acts only add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.guards import enable_guards_always
from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import PlainString, PlainText, UtcTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lock_act",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subjid", PlainString(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("acted_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("reason", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lock_act"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_lock_act_username"
        ),
        sa.CheckConstraint("state IN ('open', 'frozen', 'locked')", name="state"),
    )
    op.create_index("ix_lock_act_subjid", "lock_act", ["subjid", "id"])
    guard_appended("lock_act")


def guard_appended(table: str) -> None:
    """Rows of a table can be added, never changed or taken away."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    refuse = "EXECUTE FUNCTION crfsmith_refuse()"
    for action in ("UPDATE", "DELETE"):
        trigger = (
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table}"
        )
        if sqlite:
            op.execute(f"{trigger} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        else:
            op.execute(f"{trigger} FOR EACH ROW {refuse}")

    if not sqlite:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT {refuse}"
        )
    enable_guards_always(op.get_bind())
