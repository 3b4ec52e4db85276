"""Amazon's signature, version 4, for a POST of JSON to Bedrock."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "bedrock"


@dataclass(frozen=True, slots=True)
class AwsKey:
    """Whose name a request is signed in, and where."""

    key_id: str
    secret: str
    region: str
    session_token: str = ""


def signed(url: str, body: bytes, key: AwsKey, now_ms: int) -> dict[str, str]:
    """Return the headers that a signed POST of JSON needs, the host's left out."""
    parts = urlsplit(url)
    stamp = datetime.fromtimestamp(now_ms // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/json",
        "host": parts.netloc,
        "x-amz-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-amz-date": stamp,
    }
    if key.session_token:
        headers["x-amz-security-token"] = key.session_token
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    path = quote(parts.path, safe="/-_.~")  # once more: the path is encoded already
    request = "\n".join(("POST", path, parts.query, lines, names, headers["x-amz-content-sha256"]))
    scope = f"{stamp[:8]}/{key.region}/{SERVICE}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}"
    secret = f"AWS4{key.secret}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    del headers["host"]
    headers["authorization"] = (
        f"{ALGORITHM} Credential={key.key_id}/{scope}, SignedHeaders={names},"
        f" Signature={signature}"
    )
    return headers
