"""Marks of source verification: set, taken back, and lost by a save. They only add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import PlainString, UtcTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verification",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("cell", sa.String(160), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("acted_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_verification"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_verification_subjid"
        ),
        sa.CheckConstraint("act IN ('verified', 'withdrawn', 'lost')", name="act"),
    )
    op.create_index("ix_verification_subjid", "verification", ["subjid", "id"])
    guard_appended("verification")
