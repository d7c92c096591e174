"""How far each subject is in the study, in a word.

Every subject is to be evaluated again: its day is blank.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column(
        "status", sa.String(20), nullable=False, server_default="screened"
    )
    op.add_column("subject_standing", column)
    op.execute("UPDATE subject_standing SET day = ''")
