"""What alembic runs: on the connection, and inside the transaction, that store/migrate.py hands over."""

from alembic import context

from xiaoer.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too: we begin transactions ourselves
)
context.run_migrations()
