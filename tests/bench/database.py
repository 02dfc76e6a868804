"""Creates the measured database when it is missing: ``python -m tests.bench.database``."""

import os

import environ
import psycopg2
from psycopg2 import sql


def main() -> None:
    """Connect to the server's own database and create ours."""
    config = environ.Env.db_url_config(os.environ["DATABASE_URL"])
    link = psycopg2.connect(
        host=config["HOST"],
        port=config["PORT"] or None,
        user=config["USER"],
        password=config["PASSWORD"] or None,
        dbname="postgres",
    )
    link.autocommit = True
    with link.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [config["NAME"]])
        if cursor.fetchone() is None:
            cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(config["NAME"])))
        # As docs/exploitation.md advises and docker-compose.yml does.
        cursor.execute(
            sql.SQL("ALTER DATABASE {} SET random_page_cost = 1.1").format(sql.Identifier(config["NAME"]))
        )
    link.close()


if __name__ == "__main__":
    main()
