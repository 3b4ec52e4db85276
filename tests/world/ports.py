"""A free port for a server whose address people read, and what its clients do without."""

import socket
import ssl

from gateway.quota_message import RETRIED

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak to this machine in the clear: to load certificates takes a while."""


def readable_socket() -> socket.socket:
    """Bind a free port of the loopback address in which no client reads a status to retry.

    A refusal leaves its link out where the address has one of those numbers in it.
    """
    refused: list[socket.socket] = []
    try:
        while True:
            bound = socket.socket()
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(("127.0.0.1", 0))
            if not RETRIED.search(str(bound.getsockname()[1])):
                return bound
            refused.append(bound)
    finally:
        for one in refused:
            one.close()


def readable_port() -> int:
    """Return such a port, free a moment ago."""
    with readable_socket() as bound:
        return int(bound.getsockname()[1])
