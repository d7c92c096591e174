"""What can be looked for, word by word. Every subject is to be evaluated again, which
fills it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import PlainText

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("rowno", sa.Integer(), nullable=False),
        sa.Column("label", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("subjid", "number", name="pk_search_entry"),
    )
    _words()
    op.execute("UPDATE subject_standing SET day = ''")


def _words() -> None:
    # Words are compared byte by byte, so that a range has all that begin alike.
    sqlite = op.get_bind().dialect.name == "sqlite"
    word = sa.String(40) if sqlite else sa.String(40, collation="C")
    op.create_table(
        "search_word",
        sa.Column("word", word, nullable=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("word", "subjid", "number", name="pk_search_word"),
    )
    op.create_index("ix_search_word_subjid", "search_word", ["subjid"])
