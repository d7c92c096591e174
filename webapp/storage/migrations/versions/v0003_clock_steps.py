"""When somebody said that the server's clock had been ahead."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clock_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("newest_save", UtcTime(), nullable=False),
        sa.Column("clock", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clock_step"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["form_version.id"], name="fk_clock_step_version_id"
        ),
    )
    for event in ("UPDATE", "DELETE"):
        name = f"clock_step_no_{event.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON clock_step {refuse}")
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON clock_step"
                " FOR EACH ROW EXECUTE FUNCTION crfsmith_refuse()"
            )

    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER clock_step_no_truncate BEFORE TRUNCATE ON clock_step"
            " FOR EACH STATEMENT EXECUTE FUNCTION crfsmith_refuse()"
        )
