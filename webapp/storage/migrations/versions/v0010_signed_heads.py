"""Heads of the log that were signed, and guards that fire in every session.

``migrate`` does the same for the guards of later migrations.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.guards import enable_guards_always
from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import UtcTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signed_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("at", UtcTime(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signed_head"),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    for action in ("UPDATE", "DELETE"):
        trigger = (
            f"CREATE TRIGGER signed_head_no_{action.lower()} BEFORE {action}"
            " ON signed_head"
        )
        if sqlite:
            op.execute(f"{trigger} BEGIN SELECT RAISE(ABORT, '{KEPT}'); END")
        else:
            op.execute(f"{trigger} FOR EACH ROW EXECUTE FUNCTION crfsmith_refuse()")

    if not sqlite:
        op.execute(
            "CREATE TRIGGER signed_head_no_truncate BEFORE TRUNCATE ON signed_head"
            " FOR EACH STATEMENT EXECUTE FUNCTION crfsmith_refuse()"
        )

    enable_guards_always(op.get_bind())
