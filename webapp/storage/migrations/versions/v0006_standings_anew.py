"""How subjects stand, judged anew: findings that wait for another form are not counted
any more.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM subject_standing")
