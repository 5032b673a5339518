"""What the tests ask of S3 beyond the product: to make a bucket and set it up (AWS Signature Version 4)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

import httpx2

ALGORITHM = "AWS4-HMAC-SHA256"


def request(method: str, path: str, subresource: str = "", body: bytes = b"") -> httpx2.Response:
    """Return a signed request to AWS_ENDPOINT_URL, with the credentials of the environment."""
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    region = os.environ.get("AWS_REGION", "us-east-1")
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {
        "content-md5": base64.b64encode(hashlib.md5(body).digest()).decode(),
        "host": urlsplit(endpoint).netloc,
        "x-amz-content-sha256": digest,
        "x-amz-date": stamp,
    }
    names = ";".join(sorted(headers))
    query = f"{subresource}=" if subresource else ""
    canonical = "\n".join(
        [
            method,
            quote(path),
            query,
            *(f"{name}:{headers[name]}" for name in sorted(headers)),
            "",
            names,
            digest,
        ]
    )
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join([ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"{os.environ['AWS_ACCESS_KEY_ID']}/{scope}"
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    )
    url = f"{endpoint}{quote(path)}" + (f"?{subresource}" if subresource else "")
    answer = httpx2.request(method, url, headers=headers, content=body, trust_env=False, timeout=60)
    assert answer.is_success, answer.text
    return answer


def make_bucket(name: str) -> None:
    request("PUT", f"/{name}")


def keep_versions(name: str) -> None:
    request(
        "PUT",
        f"/{name}",
        "versioning",
        b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
    )


def allow_origins(name: str, origin: str) -> None:
    """Let pages of the origin PUT."""
    rule = (
        f"<CORSRule><AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
        "<AllowedHeader>*</AllowedHeader></CORSRule>"
    )
    request("PUT", f"/{name}", "cors", f"<CORSConfiguration>{rule}</CORSConfiguration>".encode())
