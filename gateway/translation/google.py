"""Access tokens of Google Cloud from the file that GOOGLE_APPLICATION_CREDENTIALS names.

A service account signs its request (RS256); a person's own credentials have a refresh token. No
library for either is among our dependencies, and a signature is one power of a number.
"""

import asyncio
import base64
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

import msgspec

from core.service.clock import SystemClock
from gateway import http1
from gateway.http1 import Connection, Lost, NotSent, Pool

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
FILE = "GOOGLE_APPLICATION_CREDENTIALS"
EARLY_SECONDS = 300
"""So long before it ends, a token is not used any more."""
LIFE_SECONDS = 3_600
MOST_BYTES = 64 * 1024
OK = 200
INTEGER, OCTETS, SEQUENCE = 0x02, 0x04, 0x30
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


class _File(msgspec.Struct):
    """The fields of a credentials file; which of them are there depends on its type."""

    type: str
    client_email: str = ""
    private_key: str = ""
    private_key_id: str = ""
    token_uri: str = TOKEN_URI
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""


class _Token(msgspec.Struct):
    access_token: str
    expires_in: int = LIFE_SECONDS


class NoToken(Exception):
    """No access token could be had, so nothing was sent."""


class GoogleTokens:
    """One token, fetched when it is needed and used until it is about to end."""

    def __init__(self, environ: Mapping[str, str], pool: Pool) -> None:
        self._environ = environ
        self._pool = pool
        self._token = ""
        self._until = 0.0
        self._fetching = asyncio.Lock()

    async def token(self) -> str:
        """Return a token; NoToken if there is none to be had."""
        async with self._fetching:
            if time.monotonic() >= self._until:
                found = await self._fetch()
                self._token = found.access_token
                self._until = time.monotonic() + found.expires_in - EARLY_SECONDS
            return self._token

    async def _fetch(self) -> _Token:
        try:
            said = await asyncio.to_thread(Path(self._environ.get(FILE, "")).read_bytes)
            file = msgspec.json.decode(said, type=_File)
            now = SystemClock().now_ms() // 1000
            form = await asyncio.to_thread(_form, file, now)
            return await self._ask(file.token_uri, form)
        except (OSError, ValueError, NotSent, Lost, TimeoutError):
            raise NoToken from None

    async def _ask(self, url: str, form: bytes) -> _Token:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "accept-encoding": "identity",
            "content-length": str(len(form)),
        }
        to = http1.target(url, headers)
        connection = await self._pool.connection(to)
        try:
            await connection.send(to.head + b"\r\n\r\n" + form)
            said = await _read(connection)
        except BaseException:
            connection.close()
            raise
        connection.release()
        return msgspec.json.decode(said, type=_Token)


async def _read(connection: Connection) -> bytes:
    said = b""
    async for chunk in connection.chunks():
        said += chunk
        if len(said) > MOST_BYTES:
            raise NoToken
    if connection.status != OK:
        raise NoToken
    return said


def _form(file: _File, now: int) -> bytes:
    if file.type == "authorized_user":
        fields = {
            "grant_type": "refresh_token",
            "client_id": file.client_id,
            "client_secret": file.client_secret,
            "refresh_token": file.refresh_token,
        }
    else:
        fields = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion(file.client_email, file.private_key, file.token_uri, now),
        }
    return urlencode(fields).encode()


def assertion(email: str, private_key: str, audience: str, now: int) -> str:
    """Return a signed JWT by which a service account asks for a token (RFC 7523)."""
    claims = {
        "iss": email, "scope": SCOPE, "aud": audience, "iat": now, "exp": now + LIFE_SECONDS,
    }  # fmt: skip
    head = _base64(msgspec.json.encode({"alg": "RS256", "typ": "JWT"}))
    text = f"{head}.{_base64(msgspec.json.encode(claims))}"
    return f"{text}.{_base64(_signature(text.encode(), private_key))}"


def _signature(message: bytes, private_key: str) -> bytes:
    """Sign as RFC 8017, 8.2.1 (RSASSA-PKCS1-v1_5 with SHA-256)."""
    modulus, exponent = _rsa_key(private_key)
    size = (modulus.bit_length() + 7) // 8
    digest = SHA256_PREFIX + hashlib.sha256(message).digest()
    padding = b"\xff" * (size - len(digest) - 3)
    padded = b"\x00\x01" + padding + b"\x00" + digest
    return pow(int.from_bytes(padded), exponent, modulus).to_bytes(size)


def _rsa_key(pem: str) -> tuple[int, int]:
    """Return modulus and private exponent of a PKCS #8 or PKCS #1 key; ValueError if none."""
    try:
        return _numbers(pem)
    except (ValueError, IndexError):
        raise ValueError("no RSA key in PEM") from None


def _numbers(pem: str) -> tuple[int, int]:
    lines = [line for line in pem.splitlines() if line and not line.startswith("-----")]
    values = _children(base64.b64decode("".join(lines), validate=True))
    if not values or values[0][0] != SEQUENCE:
        raise ValueError
    parts = _children(values[0][1])
    wrapped = next((content for kind, content in parts if kind == OCTETS), None)
    if wrapped is not None:
        parts = _children(_children(wrapped)[0][1])
    numbers = [int.from_bytes(content) for kind, content in parts if kind == INTEGER]
    _, modulus, _, exponent, *_ = numbers
    return modulus, exponent


def _children(data: bytes) -> list[tuple[int, bytes]]:
    """Return the values that stand in DER bytes, each with its kind; ValueError if cut."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while at + 1 < len(data):
        kind, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            more = size & 0x7F
            size = int.from_bytes(data[at : at + more])
            at += more
        if at + size > len(data):
            raise ValueError
        found.append((kind, data[at : at + size]))
        at += size
    return found


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
