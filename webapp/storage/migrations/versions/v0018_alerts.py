"""Alerts: shown until somebody has seen them, and sent by mail from their table."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import PlainString, UtcTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("cell", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("raised_by", PlainString(100), nullable=False),
        sa.Column("raised_at", UtcTime(), nullable=False),
        sa.Column("seen_by", PlainString(100), nullable=False),
        sa.Column("seen_at", UtcTime(), nullable=True),
        sa.Column("mailed_at", UtcTime(), nullable=True),
        sa.Column("mail_after", UtcTime(), nullable=False),
        sa.Column("mail_tries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert"),
        sa.UniqueConstraint("digest", name="uq_alert_digest"),
    )
    op.create_index("ix_alert_seen_at", "alert", ["seen_at", "site"])
    op.create_index("ix_alert_mailed_at", "alert", ["mailed_at", "mail_after"])
