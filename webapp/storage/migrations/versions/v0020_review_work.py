"""What is to be verified and to be signed, as lines of work.

Every subject is to be evaluated again: its day is blank.
"""

from __future__ import annotations

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE subject_standing SET day = ''")
