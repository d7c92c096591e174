"""Sessions that the server can end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import UtcTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENDS_ONCE = (
    "NEW.id = OLD.id AND NEW.username = OLD.username AND NEW.client = OLD.client"
    " AND NEW.began_at = OLD.began_at AND OLD.ended_at IS NULL AND NEW.ended_at IS "
    "NOT NULL"
)


def upgrade() -> None:
    op.create_table(
        "sign_in_session",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("ended_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_session"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_sign_in_session_username"
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        op.execute(
            "CREATE TRIGGER sign_in_session_ends_once BEFORE UPDATE ON sign_in_session"
            f" WHEN NOT ({ENDS_ONCE}) {refuse}"
        )
        op.execute(
            "CREATE TRIGGER sign_in_session_no_delete BEFORE DELETE ON "
            f"sign_in_session {refuse}"
        )

        return

    refuse = "EXECUTE FUNCTION crfsmith_refuse()"
    op.execute(
        "CREATE TRIGGER sign_in_session_ends_once BEFORE UPDATE ON sign_in_session "
        "FOR EACH ROW"
        f" WHEN (NOT ({ENDS_ONCE})) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER sign_in_session_no_delete BEFORE DELETE ON "
        f"sign_in_session FOR EACH ROW {refuse}"
    )
    op.execute(
        "CREATE TRIGGER sign_in_session_no_truncate BEFORE TRUNCATE ON sign_in_session"
        f" FOR EACH STATEMENT {refuse}"
    )
