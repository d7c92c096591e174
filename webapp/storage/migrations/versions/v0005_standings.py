"""How subjects stand, kept so that a list of thousands is not judged anew by every
server.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import JsonText

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "subject_standing",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("dictionary_hash", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("saves", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("to_finish", sa.Integer(), nullable=False),
        sa.Column("findings", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("subjid", name="pk_subject_standing"),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_subject_standing_subjid"
        ),
    )
