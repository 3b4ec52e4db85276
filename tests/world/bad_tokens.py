"""Tokens that nobody may come in with, each wrong in one way (F-103)."""

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from world.microsoft_keys import (
    EVIL,
    KID,
    Sign,
    bearer,
    by_key,
    claims_of,
    compact,
    jwk,
    private,
)
from world.microsoft_things import APP_ID, TENANT

URL = "https://smba.trafficmanager.net/emea/"
WEBCHAT = "webchat-only"
"""A good key that may not sign for Teams."""


def headed(sign: Sign | None = None, **head: object) -> str:
    """Return a token that would be good but for its header, or for who signs it."""
    said = {"alg": "RS256", "kid": KID, "typ": "JWT"} | head
    kept = {name: value for name, value in said.items() if value is not None}
    return compact(kept, claims_of(URL), sign or by_key(KID))


def by_public_key(said: bytes) -> bytes:
    """Sign by HMAC with what everybody knows, and hope that it is taken for the secret."""
    encoding, shape = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = private(KID).public_key().public_bytes(encoding, shape)
    return hmac.new(pem, said, hashlib.sha256).digest()


def swapped() -> str:
    """Return the signature of a good token below the claims of another."""
    head, _, signature = bearer(URL).split(".")
    return f"{head}.{bearer(URL, aud='other').split('.')[1]}.{signature}"


def by_pss(said: bytes) -> bytes:
    """Sign with the right key in a way that is not ours."""
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return private(KID).sign(said, pss, hashes.SHA256())


def claiming(claims: object) -> str:
    return compact({"alg": "RS256", "kid": KID}, claims, by_key(KID))


def in_seconds(seconds: int) -> int:
    """Return a time by the clock of this moment: the table is older than the test that uses it."""
    return int(claims_of(URL)["nbf"]) + 60 + seconds


TOKENS: dict[str, tuple[Callable[[], str], str]] = {
    "alg none": (lambda: headed(lambda _: b"", alg="none"), "algorithm"),
    "alg None": (lambda: headed(alg="None"), "algorithm"),
    "no alg": (lambda: headed(alg=None), "algorithm"),
    "alg of another kind": (lambda: headed(alg=["RS256"]), "algorithm"),
    "alg RS512": (lambda: headed(alg="RS512"), "algorithm"),
    "HS256 with the public key": (lambda: headed(by_public_key, alg="HS256"), "algorithm"),
    "PS256": (lambda: headed(by_pss, alg="PS256"), "algorithm"),
    "PS256 called RS256": (lambda: headed(by_pss), "signature"),
    "HMAC called RS256": (lambda: headed(by_public_key), "signature"),
    "evil key": (lambda: headed(by_key(EVIL)), "signature"),
    "evil key that it brings": (lambda: headed(by_key(EVIL), jwk=jwk(EVIL)), "signature"),
    "evil key at an address": (lambda: headed(by_key(EVIL), jku="http://x.example"), "signature"),
    "unknown kid": (lambda: headed(by_key(EVIL), kid=EVIL), "key"),
    "no kid": (lambda: headed(kid=None), "key"),
    "empty kid": (lambda: headed(kid=""), "key"),
    "kid a number": (lambda: headed(kid=1), "token"),
    "kid a list": (lambda: headed(kid=[KID]), "token"),
    "kid a path": (lambda: headed(kid="../../dev/null"), "key"),
    "crit": (lambda: headed(crit=["exp"], exp=1), "token"),
    "crit of what is known": (lambda: headed(crit=["b64"], b64=True), "algorithm"),
    "no iss": (lambda: bearer(URL, iss=None), "claims"),
    "other iss": (lambda: bearer(URL, iss=f"https://sts.windows.net/{TENANT}/"), "issuer"),
    "iss a list": (lambda: bearer(URL, iss=["https://api.botframework.com"]), "issuer"),
    "expired": (lambda: bearer(URL, exp=in_seconds(-400)), "expired"),
    "not yet valid": (lambda: bearer(URL, nbf=in_seconds(400)), "early"),
    "no exp": (lambda: bearer(URL, exp=None), "claims"),
    "no nbf": (lambda: bearer(URL, nbf=None), "claims"),
    "exp a word": (lambda: bearer(URL, exp="never"), "token"),
    "exp without end": (lambda: bearer(URL, exp=float("inf")), "token"),
    "exp of many digits": (lambda: bearer(URL, exp="9" * 5000), "token"),
    "wrong aud": (lambda: bearer(URL, aud=APP_ID[:-1] + "6"), "audience"),
    "no aud": (lambda: bearer(URL, aud=None), "claims"),
    "empty aud": (lambda: bearer(URL, aud=""), "claims"),
    "aud a list": (lambda: bearer(URL, aud=[APP_ID]), "audience"),
    "no serviceUrl claim": (lambda: bearer(URL, serviceurl=None), "service"),
    "other serviceUrl": (lambda: bearer("https://smba.trafficmanager.net/amer/"), "service"),
    "serviceUrl by another name": (
        lambda: bearer(URL, serviceurl=None, serviceUrl=URL),
        "service",
    ),
    "serviceUrl a list": (lambda: bearer(URL, serviceurl=[URL]), "service"),
    "key without endorsement": (lambda: headed(by_key(WEBCHAT), kid=WEBCHAT), "channel"),
    "one part": (lambda: "x", "token"),
    "dots": (lambda: "..", "token"),
    "three parts": (lambda: "a.b.c", "token"),
    "four parts": (lambda: bearer(URL) + ".x", "token"),
    "cut": (lambda: bearer(URL)[:-22], "signature"),
    "cut amid a byte": (lambda: bearer(URL)[:-21], "token"),
    "unsigned": (lambda: bearer(URL).rpartition(".")[0] + ".", "signature"),
    "swapped": (swapped, "signature"),
    "header no object": (lambda: compact([], {}, by_key(KID)), "token"),
    "header no JSON": (lambda: compact(b"{", {}, by_key(KID)), "token"),
    "header deep": (lambda: compact(b"[" * 4_000, {}, by_key(KID)), "token"),
    "claims no object": (lambda: claiming([]), "token"),
    "claims no JSON": (lambda: claiming(b"\xff"), "token"),
    "huge": (lambda: "a" * 30_000, "size"),
    "huge and good": (lambda: bearer(URL, more="x" * 10_000), "size"),
}
"""By name: a token, and for which reason it is refused."""
