"""The first tables, and the guards that keep history as it was written."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import JsonText, PlainText, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Nothing in these is ever changed or taken away.
APPEND_ONLY = ("dictionary", "dictionary_use", "subject", "form_version", "attachment")
INSTANCE_MOVES_ON = (
    "NEW.id = OLD.id AND NEW.subjid = OLD.subjid AND NEW.form = OLD.form AND "
    "NEW.visit = OLD.visit"
    " AND NEW.unsno = OLD.unsno AND NEW.version = OLD.version + 1"
)
KEPT = "history is append-only"


def upgrade() -> None:
    _dictionaries()
    _people()
    _forms()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _dictionaries() -> None:
    op.create_table(
        "dictionary",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("study", sa.String(200), nullable=False),
        sa.Column("loaded_at", UtcTime(), nullable=False),
        sa.Column("files", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_dictionary"),
    )
    op.create_table(
        "dictionary_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dictionary_hash", sa.String(64), nullable=False),
        sa.Column("since", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dictionary_use"),
        sa.ForeignKeyConstraint(
            ["dictionary_hash"],
            ["dictionary.hash"],
            name="fk_dictionary_use_dictionary_hash",
        ),
    )
    op.create_index("ix_dictionary_use_since", "dictionary_use", ["since"])


def _people() -> None:
    op.create_table(
        "app_user",
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("name", PlainText(), nullable=False),
        sa.Column("role", sa.String(30), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_app_user"),
    )
    op.create_table(
        "subject",
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("subjid", name="pk_subject"),
        sa.ForeignKeyConstraint(
            ["added_by"], ["app_user.username"], name="fk_subject_added_by"
        ),
    )
    op.create_table(
        "attachment",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("added_by", sa.String(100), nullable=False),
        sa.Column("added_at", UtcTime(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_attachment"),
        sa.ForeignKeyConstraint(
            ["added_by"], ["app_user.username"], name="fk_attachment_added_by"
        ),
    )


def _forms() -> None:
    op.create_table(
        "form_instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subjid", sa.String(100), nullable=False),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("unsno", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("queries", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_form_instance"),
        sa.UniqueConstraint(
            "subjid", "form", "visit", "unsno", name="uq_form_instance_subjid"
        ),
        sa.ForeignKeyConstraint(
            ["subjid"], ["subject.subjid"], name="fk_form_instance_subjid"
        ),
    )
    op.create_table(
        "form_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(12), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("queries", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("saved_at", UtcTime(), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("save_id", sa.String(100), nullable=False),
        sa.Column("dictionary_hash", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.Column("reason", PlainText(), nullable=False),
        sa.Column("row_marks", JsonText(), nullable=False),
        sa.Column("kept", JsonText(), nullable=False),
        sa.Column("rows", JsonText(), nullable=False),
        sa.Column("texts", JsonText(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_form_version"),
        sa.UniqueConstraint(
            "instance_id", "number", name="uq_form_version_instance_id"
        ),
        sa.UniqueConstraint("save_id", name="uq_form_version_save_id"),
        sa.CheckConstraint(
            "status IN ('draft', 'unverified', 'complete')",
            name="ck_form_version_status",
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["form_instance.id"], name="fk_form_version_instance_id"
        ),
        sa.ForeignKeyConstraint(
            ["saved_by"], ["app_user.username"], name="fk_form_version_saved_by"
        ),
        sa.ForeignKeyConstraint(
            ["dictionary_hash"],
            ["dictionary.hash"],
            name="fk_form_version_dictionary_hash",
        ),
    )


def _guard_sqlite() -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}"
        )

    for table in (*APPEND_ONLY, "form_instance", "app_user"):
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
        )

    op.execute(
        "CREATE TRIGGER form_instance_moves_on BEFORE UPDATE ON form_instance"
        f" WHEN NOT ({INSTANCE_MOVES_ON}) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER app_user_keeps_name BEFORE UPDATE OF username ON "
        f"app_user {refuse}"
    )


def _guard_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION crfsmith_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{KEPT}' USING ERRCODE = "
        "'integrity_constraint_violation'; END $$"
    )
    refuse = "EXECUTE FUNCTION crfsmith_refuse()"
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH "
            f"ROW {refuse}"
        )

    for table in (*APPEND_ONLY, "form_instance", "app_user"):
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH "
            f"ROW {refuse}"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR "
            f"EACH STATEMENT {refuse}"
        )

    op.execute(
        "CREATE TRIGGER form_instance_moves_on BEFORE UPDATE ON form_instance FOR "
        "EACH ROW"
        f" WHEN (NOT ({INSTANCE_MOVES_ON})) {refuse}"
    )
    op.execute(
        "CREATE TRIGGER app_user_keeps_name BEFORE UPDATE OF username ON "
        f"app_user FOR EACH ROW {refuse}"
    )
