"""Randomization lists, and which subject got which entry. All three tables only add up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import PlainString, UtcTime

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _lists()
    _randomizations()
    for table in ("randomization_list", "randomization_entry", "randomization"):
        guard_appended(table)


def _lists() -> None:
    op.create_table(
        "randomization_list",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("loaded_at", UtcTime(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_randomization_list"),
    )
    op.create_table(
        "randomization_entry",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("number", PlainString(100), nullable=False),
        sa.Column("stratum", PlainString(1000), nullable=False),
        sa.Column("arm", PlainString(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_randomization_entry"),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["randomization_list.id"],
            name="fk_randomization_entry_list_id",
        ),
        sa.UniqueConstraint("number", name="uq_randomization_entry_number"),
    )
    op.create_index(
        "ix_randomization_entry_stratum", "randomization_entry", ["stratum", "id"]
    )


def _randomizations() -> None:
    op.create_table(
        "randomization",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("subjid", PlainString(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("acted_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_randomization"),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["randomization_entry.id"],
            name="fk_randomization_entry_id",
        ),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_randomization_subjid"
        ),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_randomization_username"
        ),
        sa.UniqueConstraint("entry_id", name="uq_randomization_entry_id"),
        sa.UniqueConstraint("subjid", name="uq_randomization_subjid"),
    )
