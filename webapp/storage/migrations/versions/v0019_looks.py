"""What reviewers have looked at. Looks only add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import PlainString, UtcTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "look",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("looked_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_look"),
        sa.ForeignKeyConstraint(["subjid"], ["subject.subjid"], name="fk_look_subjid"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_look_username"
        ),
    )
    op.create_index("ix_look_username", "look", ["username", "subjid", "id"])
    guard_appended("look")
