"""What is kept of codes, sign-in links and cookies: an HMAC with the pepper."""

import hmac

from core.service.start import Core


def fingerprint(core: Core, kind: str, text: str) -> str:
    """Return the HMAC of `text` in hexadecimal digits; what is of another kind never equals it."""
    return hmac.digest(core.pepper, f"{kind}:{text}".encode(), "sha256").hex()
