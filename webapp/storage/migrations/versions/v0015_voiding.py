"""A form, a visit or a subject that was entered by mistake can be voided. Acts only add
up.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import PlainString, PlainText, UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "void_act",
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
        sa.PrimaryKeyConstraint("id", name="pk_void_act"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_void_act_username"
        ),
        sa.CheckConstraint("state IN ('voided', 'open')", name="state"),
    )
    op.create_index("ix_void_act_subjid", "void_act", ["subjid", "id"])
    guard_appended("void_act")
    op.add_column(
        "subject_standing",
        sa.Column("voided", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
