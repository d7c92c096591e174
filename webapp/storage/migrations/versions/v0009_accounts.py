"""Accounts that open and close, know their sites, lock, and may need a code.

Everybody who was here sees all sites, as before. Accounts that nobody could ever sign
in with are closed.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from webapp.storage.tables import JsonText, PlainString, UtcTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$"
    "Y3Jmc21pdGgtbm9ib2R5LWhhcy10aGlzLXBhc3N3b3JkISE"
)


def upgrade() -> None:
    for column in (
        sa.Column("state", sa.String(10), nullable=False, server_default="open"),
        sa.Column("sites", JsonText(), nullable=False, server_default='"all"'),
        _flag("must_change_password"),
        sa.Column("password_changed_at", UtcTime(), nullable=True),
        _flag("code_required"),
    ):
        op.add_column("app_user", column)
    _close_accounts_of_nobody()

    op.create_table(
        "sign_in_failure",
        sa.Column("key", PlainString(160), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("wait_until", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failure"),
    )
    op.create_table(
        "second_factor",
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("confirmed_at", UtcTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_second_factor"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_second_factor_username"
        ),
    )
    op.create_table(
        "recovery_code",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("username", sa.String(100), nullable=False),
        sa.Column("used_at", UtcTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_code"),
        sa.ForeignKeyConstraint(
            ["username"], ["app_user.username"], name="fk_recovery_code_username"
        ),
    )


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _close_accounts_of_nobody() -> None:
    """The account of imports, and people whom an imported history names."""
    op.get_bind().execute(
        sa.text(
            "UPDATE app_user SET state = 'closed'"
            " WHERE username = 'import' OR password_hash = :nobody"
        ),
        {"nobody": NOBODY},
    )
