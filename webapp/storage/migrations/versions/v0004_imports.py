"""Who ran an import, and which versions came with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.migrations.versions.v0001_first_tables import KEPT
from webapp.storage.tables import PlainText, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("began_at", UtcTime(), nullable=False),
        sa.Column("operator", PlainText(), nullable=False),
        sa.Column("source", PlainText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_import_run"),
    )
    op.add_column("form_version", sa.Column("import_id", sa.Integer(), nullable=True))
    for event in ("UPDATE", "DELETE"):
        name = f"import_run_no_{event.lower()}"
        if op.get_bind().dialect.name == "sqlite":
            refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON import_run {refuse}")
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON import_run"
                " FOR EACH ROW EXECUTE FUNCTION crfsmith_refuse()"
            )

    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "CREATE TRIGGER import_run_no_truncate BEFORE TRUNCATE ON import_run"
            " FOR EACH STATEMENT EXECUTE FUNCTION crfsmith_refuse()"
        )
