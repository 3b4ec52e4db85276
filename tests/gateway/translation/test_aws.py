"""Our signature is the one that AWS's own library makes."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from gateway.translation.aws import AwsKey, signed

NOW_MS = 1_764_172_800_000


@pytest.mark.parametrize("token", ["", "session/token+="])
@pytest.mark.parametrize("model", ["amazon.nova-pro-v1:0", "arn:aws:bedrock:us-east-1::x/y"])
def test_it_signs_as_botocore_does(
    model: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"https://bedrock-runtime.eu-west-1.amazonaws.com/model/{quote(model, safe='')}/converse"
    body = b'{"messages": []}'

    ours = signed(url, body, AwsKey("AKID", "s3cr3t/+", "eu-west-1", token), NOW_MS)

    headers = {name: ours[name] for name in ("content-type", "x-amz-content-sha256")}
    theirs = AWSRequest("POST", url, headers=headers, data=body)
    theirs.context["timestamp"] = ours["x-amz-date"]
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: _at(ours["x-amz-date"]))
    key = Credentials("AKID", "s3cr3t/+", token or None)
    SigV4Auth(key, "bedrock", "eu-west-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours.get("x-amz-security-token", "") == token


def _at(stamp: str) -> object:
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
