"""Electronic signatures, and the saves that broke them. Both only add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import JsonText, PlainString, PlainText, UtcTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "signature",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("meaning", PlainText(), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("signed_at", UtcTime(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("forms", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_signature"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_signature_subjid"
        ),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_signature_username"
        ),
    )
    op.create_index("ix_signature_subjid", "signature", ["subjid", "id"])
    op.create_table(
        "signature_break",
        sa.Column("signature_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("broken_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("signature_id", name="pk_signature_break"),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["signature.id"],
            name="fk_signature_break_signature_id",
        ),
    )
    guard_appended("signature")
    guard_appended("signature_break")
