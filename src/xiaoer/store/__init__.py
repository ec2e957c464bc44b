"""The database: one MetaData, repositories, migrations, privacy. Asked for by `app` only."""
