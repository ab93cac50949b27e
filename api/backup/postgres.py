"""pg_dump and pg_restore: given where the database is in their environment, never on a command line."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from sqlalchemy import URL

from pipeline.errors import UnavailableError, UsageError

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
"""Variables of libpq by what a URL calls them."""


def run_tool(name: str, *arguments: str, url: URL) -> None:
    """Run a program of PostgreSQL on a database.

    Raises:
        UsageError: `backup_tool_missing`: it is not installed.
        UnavailableError: `backup_tool_failed`: it says why.

    """
    tool = shutil.which(name)
    if tool is None:
        raise UsageError("backup_tool_missing", tool=name)
    command = [tool, "--no-password", *arguments]
    ended = subprocess.run(  # noqa: S603  a program of the system, with arguments of our own
        command, env=_environment(url), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if ended.returncode:
        errors = ended.stderr.decode(errors="replace").strip().splitlines() or [f"exit {ended.returncode}"]
        raise UnavailableError("backup_tool_failed", tool=name, why=errors[-1])


def _environment(url: URL) -> Mapping[str, str]:
    """Return our environment with what a URL says in it.

    Raises:
        UsageError: `database_url`: the URL has an option that these programs are not told.

    """
    options = {
        name: str(value) for name, value in url.translate_connect_args(username="user", database="dbname").items()
    }
    options |= {name: ",".join(value) if isinstance(value, tuple) else value for name, value in url.query.items()}
    unknown = sorted(options.keys() - _VARIABLES.keys())
    if unknown:
        raise UsageError("database_url", seen=f"?{unknown[0]}=")
    return {**os.environ, **{_VARIABLES[name]: value for name, value in options.items()}}
