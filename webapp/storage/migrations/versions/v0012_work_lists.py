"""What lists show of each subject, and what is to be done for it, ready to be read.

Nothing of it is history: it is worked out again whenever it is old.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import JsonText, UtcTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("subject_standing")
    _standing()
    _work()
    # Totals are counted once; everything else is to be evaluated: its day is blank.
    op.execute(
        "INSERT INTO subject_standing (subjid, site, day, dictionary_hash, changes,"
        " drafts, complete, saved_at, open, to_finish, next_visit, first_day,"
        " target_day, last_day, ended, findings)"
        " SELECT s.subjid, s.site, '', '', coalesce(sum(f.version), 0),"
        " coalesce(sum(CASE WHEN f.status <> 'complete' THEN 1 ELSE 0 END), 0),"
        " coalesce(sum(CASE WHEN f.status = 'complete' THEN 1 ELSE 0 END), 0),"
        " max(f.saved_at), 0, 0, '', '', '', '', '', '[]'"
        " FROM subject s LEFT JOIN form_instance f ON f.subjid = s.subjid"
        " GROUP BY s.subjid, s.site"
    )


def _standing() -> None:
    op.create_table(
        "subject_standing",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("dictionary_hash", sa.String(64), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("drafts", sa.Integer(), nullable=False),
        sa.Column("complete", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=True),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("to_finish", sa.Integer(), nullable=False),
        sa.Column("next_visit", sa.String(64), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("target_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("ended", sa.String(10), nullable=False),
        sa.Column("findings", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("subjid", name="pk_subject_standing"),
    )
    op.create_index(
        "ix_subject_standing_day",
        "subject_standing",
        ["day", "dictionary_hash", "site"],
    )
    op.create_index("ix_subject_standing_site", "subject_standing", ["site", "subjid"])


def _work() -> None:
    op.create_table(
        "subject_work",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("first_day", sa.String(10), nullable=False),
        sa.Column("last_day", sa.String(10), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "subjid", "kind", "visit", "unsno", "form", name="pk_subject_work"
        ),
    )
    op.create_index(
        "ix_subject_work_kind",
        "subject_work",
        ["kind", "last_day", "subjid", "site", "first_day"],
    )
