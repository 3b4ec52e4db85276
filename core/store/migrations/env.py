"""Where alembic gets its connection: handed over by core.store.schema, or made for a developer.

    alembic revision --autogenerate -m "what changes" --rev-id 0002

compares the tables with the database of TOKENPOOL_DATABASE_URL, which must be at head.
"""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from core import settings
from core.store import call_tables, chat_tables, schema, seal_tables, tables

TABLES = (tables.MetaRow, call_tables.CallRow, seal_tables.SealRow, chat_tables.OutboxRow)
"""Naming one table imports its module, and with it all tables there."""


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def url() -> str:
    wanted = settings.load()
    return wanted.database_url or f"sqlite:///{wanted.data_dir / 'tokenpool.db'}"


if handed := context.config.attributes.get("connection"):
    run(handed)
else:
    asyncio.run(schema.connected(url(), run))
