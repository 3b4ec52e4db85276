"""Caps that a key shares with its successors and with what it makes."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"


def upgrade() -> None:
    op.add_column(
        "api_key", sa.Column("caps", sa.String(), nullable=False, server_default=sa.text("''"))
    )
    op.execute(
        "UPDATE api_key SET caps = '[[\"' || id || '\",' || cap || ']]' WHERE cap IS NOT NULL"
    )
    op.drop_column("api_key", "cap")
