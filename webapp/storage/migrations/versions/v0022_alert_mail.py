"""Addresses of accounts, and the outbox of alerts by mail.

An alert that waits to be sent is put into the outbox by the new server.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import PlainString, UtcTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "app_user",
        sa.Column("email", PlainString(254), nullable=False, server_default=""),
    )
    op.create_table(
        "alert_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("address", PlainString(254), nullable=False),
        sa.Column("mail_after", UtcTime(), nullable=False),
        sa.Column("taken_until", UtcTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("settled_at", UtcTime(), nullable=True),
        sa.Column("settled_as", sa.String(10), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alert_mail"),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alert.id"], name="fk_alert_mail_alert_id"
        ),
        sa.UniqueConstraint(
            "alert_id", "username", "address", name="uq_alert_mail_alert_id"
        ),
    )
    op.create_index("ix_alert_mail_settled_at", "alert_mail", ["settled_at"])
