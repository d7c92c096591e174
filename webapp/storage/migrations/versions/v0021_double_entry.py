"""Second entries of forms, and what was decided between the first and the second. Both
tables only add up.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0011_locks import guard_appended
from webapp.storage.tables import JsonText, PlainString, PlainText, UtcTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _second_entries()
    _acts()
    for table in ("second_entry", "double_entry_act"):
        op.create_index(f"ix_{table}_subjid", table, ["subjid", "id"])
        guard_appended(table)


def _place() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("subjid", PlainString(100), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
    ]


def _second_entries() -> None:
    op.create_table(
        "second_entry",
        *_place(),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.Column("saved_by", PlainString(100), nullable=False),
        sa.Column("save_id", PlainString(100), nullable=False),
        sa.Column("dictionary_hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("reason", PlainText(), nullable=False),
        sa.Column("row_marks", JsonText(), nullable=False),
        sa.Column("kept", JsonText(), nullable=False),
        sa.Column("rows", JsonText(), nullable=False),
        sa.Column("texts", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_entry"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_second_entry_subjid"
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["app_user.username"], name="fk_second_entry_saved_by"
        ),
        sa.ForeignKeyConstraint(
            ["dictionary_hash"],
            ["dictionary.hash"],
            name="fk_second_entry_dictionary_hash",
        ),
        sa.UniqueConstraint("save_id", name="uq_second_entry_save_id"),
        sa.CheckConstraint("status IN ('draft', 'complete')", name="status"),
    )


def _acts() -> None:
    op.create_table(
        "double_entry_act",
        *_place(),
        sa.Column("act", sa.String(12), nullable=False),
        sa.Column("first_version", sa.Integer(), nullable=False),
        sa.Column("second_number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("username", PlainString(100), nullable=False),
        sa.Column("acted_at", UtcTime(), nullable=False),
        sa.Column("event_number", sa.Integer(), nullable=False),
        sa.Column("choices", JsonText(), nullable=False),
        sa.Column("reason", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_double_entry_act"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_double_entry_act_subjid"
        ),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_double_entry_act_username"
        ),
        sa.CheckConstraint(
            "act IN ('read', 'discarded', 'agreed', 'adjudicated')", name="act"
        ),
    )
