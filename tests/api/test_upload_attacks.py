"""Attacks on the upload URL. Each row of the list in docs/security.md names one of these tests."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import re
import struct
import time
import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.keys.keys import SigningKey, load_keys
from scribedock.settings import Settings
from scribedock.uploads.grant import RECORD, Forged, Grant, sign, verify
from tests.support.client import Client
from tests.support.raw import Answer, RawConnection, put, target_of

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
MUTATIONS = 100_000
MUTATIONS_OVER_HTTP = 1_000
BODY = b"attack"
PATCHED = ("Content-Type: application/offset+octet-stream", "Upload-Offset: 0")


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


@pytest.fixture
def key(server: OwnServer) -> SigningKey:
    return load_keys(Settings(data_dir=server.data_dir)).upload.all()[0]


def granted(url: str, key: SigningKey) -> Grant:
    return verify(target_of(url).removeprefix("/upload/"), [key])


def token_of(url: str) -> str:
    return target_of(url).removeprefix("/upload/")


def attack(url: str, target: str) -> Answer:
    return put(url, BODY, target=target)


def forged(url: str, raw: bytes) -> Answer:
    token = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return attack(url, f"/upload/{token}")


def raw_of(url: str) -> bytearray:
    token = token_of(url)
    return bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))


def refuse_all(url: str, targets: list[str]) -> None:
    for target in targets:
        assert attack(url, target).status == 403, target


def test_another_spelling_of_the_token(url: str) -> None:
    token = token_of(url)
    refuse_all(
        url,
        [
            f"/upload/{token}=",
            f"/upload/{token}==",
            f"/upload/{token.replace('-', '+').replace('_', '/')}A",
            f"/upload/%{ord(token[0]):02X}{token[1:]}",
            f"/upload/%{ord(token[0]):02x}{token[1:]}",
            f"/upload/{token[:20]}%00{token[20:]}",
            f"/upload/{token}%20",
            f"/upload/{token}/",
            f"/upload//{token}",
            f"/upload/./{token}",
            f"/upload/x/../{token}",
            f"/upload/{token.swapcase()}",
        ],
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "GET", "DELETE"])
@pytest.mark.parametrize("behind", ["?", "?a", "??", "#", "#a"])
def test_anything_behind_the_token_is_another_spelling(url: str, method: str, behind: str) -> None:
    for base in ("", url.partition("/upload/")[0]):
        with RawConnection(url) as connection:
            connection.head(method, f"{base}{target_of(url)}{behind}", *PATCHED, "Content-Length: 0")
            assert connection.answer(to_head=method == "HEAD").status == 403


def test_digits_of_another_script(url: str) -> None:
    token = token_of(url)
    place = next(index for index, letter in enumerate(token) if letter.isdigit())
    for zero in ("\N{FULLWIDTH DIGIT ZERO}", "\N{ARABIC-INDIC DIGIT ZERO}"):
        digit = chr(ord(zero) + int(token[place])).encode().decode("latin-1")
        assert attack(url, f"/upload/{token[:place]}{digit}{token[place + 1 :]}").status in (400, 403)


def test_the_unused_bits_of_the_last_character(url: str) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    token = token_of(url)
    last = letters.index(token[-1])
    refuse_all(url, [f"/upload/{token[:-1]}{letter}" for letter in letters if letter != letters[last]])


def test_extra_repeated_and_reordered_parameters(url: str) -> None:
    token = token_of(url)
    refuse_all(
        url,
        [
            f"/upload/{token}?",
            f"/upload/{token}?max_bytes=99999999999",
            f"/upload/{token}?expires=99999999999&expires=99999999999",
            f"/upload/{token}?token={token}",
            f"/upload/?token={token}",
            f"/upload/?{token}",
            f"/upload/{token}#x",
            f"/upload/{token};a=b",
            f"/upload/{token}{token}",
            f"/upload/{token}/{token}",
        ],
    )


def test_the_signature_of_another_job(client: Client, url: str) -> None:
    other = client.upload_url(client.new_job())
    ours, theirs = raw_of(url), raw_of(other)
    assert forged(url, bytes(ours[:-32] + theirs[-32:])).status == 403
    assert forged(url, bytes(theirs[:-32] + ours[-32:])).status == 403


def test_the_signature_of_another_key(url: str, key: SigningKey) -> None:
    grant = granted(url, key)
    for stranger in (
        SigningKey(id=key.id, secret=b"\0" * 32),
        SigningKey(id="k2", secret=key.secret),
        SigningKey(id="", secret=key.secret),
    ):
        assert attack(url, f"/upload/{sign(grant, stranger)}").status == 403


def test_a_signature_that_is_empty_short_or_all_zero(url: str) -> None:
    record = bytes(raw_of(url)[:-32])
    for mac in (b"", b"\0", bytes(31), bytes(32), bytes(33)):
        assert forged(url, record + mac).status == 403


@pytest.mark.parametrize("expires", [0, 2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
def test_a_changed_expiry_even_where_it_overflows(url: str, key: SigningKey, expires: int) -> None:
    raw = raw_of(url)
    start = 1 + len(key.id) + struct.calcsize(">B c 16s 16s")
    raw[start : start + 8] = expires.to_bytes(8, "big")
    assert forged(url, bytes(raw)).status == 403


def test_an_expiry_that_overflows_though_it_is_signed(url: str, key: SigningKey) -> None:
    """Nobody but the server can make one; it must do no harm all the same."""
    late = replace(granted(url, key), expires=2**64 - 1)
    assert attack(url, f"/upload/{sign(late, key)}").status == 403


def test_a_record_of_another_format_or_family(url: str, key: SigningKey) -> None:
    body = raw_of(url)[1 + len(key.id) : -32]
    for changed in (bytes([2]) + body[1:], body[:1] + b"D" + body[2:], body[: RECORD.size - 1], b""):
        record = bytes([len(key.id)]) + key.id.encode() + bytes(changed)
        mac = hmac.new(key.secret, record, hashlib.sha256).digest()
        assert forged(url, record + mac).status == 403, changed


@pytest.mark.parametrize("method", ["POST", "TRACE", "CONNECT", "PROPFIND", "put", "COPY"])
def test_another_method(client: Client, url: str, method: str) -> None:
    with RawConnection(url) as connection:
        connection.head(method, target_of(url), f"Content-Length: {len(BODY)}")
        connection.send(BODY)
        assert connection.answer().status in (400, 404, 405)


def test_the_media_cannot_be_read_back(url: str) -> None:
    assert put(url, BODY).status == 200
    for method in ("GET", "HEAD", "POST", "PATCH", "OPTIONS"):
        with RawConnection(url) as connection:
            connection.head(method, target_of(url), "Content-Length: 0")
            answer = connection.answer(to_head=method == "HEAD")
        assert BODY not in answer.body


def test_a_replay_after_the_owner_cancelled(client: Client, job: str, url: str) -> None:
    assert put(url, BODY).status == 200
    client.get("upload/cancel", job_id=job)
    assert put(url, BODY).status == 410


def test_a_replay_after_the_job_was_deleted(client: Client, job: str, url: str) -> None:
    client.get("job/delete", job_id=job)
    assert put(url, BODY).status == 410


def test_a_replay_after_the_order(client: Client, job: str, url: str, quiet: Path) -> None:
    assert put(url, quiet.read_bytes()).status == 200
    client.order(job)
    assert put(url, BODY).status == 409


def test_two_requests_smuggled_as_one(url: str) -> None:
    smuggled = f"PUT {target_of(url)} HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nattack"
    for headers in (
        ("Content-Length: 6", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        ("Transfer-Encoding: xchunked",),
        ("Transfer-Encoding : chunked",),
        ("Content-Length: 6", "Content-Length: 60"),
        ("Content-Length: 6, 6",),
        ("Content-Length: 0x6",),
    ):
        with RawConnection(url) as connection:
            connection.head("PUT", target_of(url), *headers)
            connection.send("0\r\n\r\n", smuggled)
            assert connection.answer().status in (400, 411), headers
            assert connection.is_closed(), headers


def test_headers_with_bytes_that_split_lines(url: str) -> None:
    for header in ("X-A: b\rX-B: c", "X-A: b\nX-B: c", "X-A: b\0c", "X A: b", ": b"):
        with RawConnection(url) as connection:
            connection.head("PUT", target_of(url), "Content-Length: 6", header)
            connection.send(BODY)
            assert connection.answer().status == 400, header


def test_names_and_paths_of_the_client_are_never_used(client: Client, url: str) -> None:
    answer = put(
        url,
        BODY,
        'Content-Disposition: inline; filename="../../../../tmp/evil"',
        "Upload-Metadata: filename Li4vLi4vZXZpbA==",
    )
    assert answer.status == 200
    names = {path.name for path in client.server.data_dir.rglob("*")}
    assert not any("evil" in name for name in names)


def test_a_hundred_thousand_random_mutations() -> None:
    key = SigningKey(id="6926f0a1", secret=b"k" * 32)
    chance = random.Random(0)
    grant = Grant(
        upload_id=uuid.uuid4().hex,
        job_id=uuid.uuid4().hex,
        expires=int(time.time()) + 43_200,
        max_bytes=10 * 1024**3,
        epoch=0,
    )
    token = sign(grant, key)
    for _ in range(MUTATIONS):
        mutated = mutate(token, chance)
        if mutated != token:
            with pytest.raises(Forged):
                verify(mutated, [key])


def test_random_mutations_over_http(url: str) -> None:
    chance = random.Random(1)
    connection = RawConnection(url)
    for _ in range(MUTATIONS_OVER_HTTP):
        mutated = mutate(token_of(url), chance)
        if mutated == token_of(url) or not re.fullmatch(r"[!-~]+", mutated):
            continue
        connection.head("HEAD", f"/upload/{mutated}")
        answer = connection.answer(to_head=True)
        assert answer.status in (400, 403, 404), mutated
        if answer.headers.get("connection") == "close":
            connection.close()
            connection = RawConnection(url)
    connection.close()


def mutate(token: str, chance: random.Random) -> str:
    """One or several characters changed, added, removed, swapped, doubled, or in another case."""
    letters = list(token)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(letters))
        kind = chance.randrange(6)
        if kind == 0:
            letters[place] = chr(chance.randrange(33, 127))
        elif kind == 1:
            letters.insert(place, chr(chance.randrange(33, 0x250)))
        elif kind == 2 and len(letters) > 1:
            del letters[place]
        elif kind == 3:
            other = chance.randrange(len(letters))
            letters[place], letters[other] = letters[other], letters[place]
        elif kind == 4:
            letters[place] *= 2
        else:
            letters[place] = letters[place].swapcase()
    return "".join(letters)


def test_nothing_secret_stands_in_the_log_or_in_an_error(
    client: Client, server: OwnServer, job: str, url: str
) -> None:
    token = token_of(url)
    answers = [
        put(url, BODY, "Authorization: Bearer s3cret-credential"),
        put(url, BODY, target=f"{target_of(url)}x"),
        put(url, BODY, target=f"{target_of(url)}?signature=s3cret-credential"),
        put(url, BODY, "Content-Range: bytes 0-5/6"),
        put(url, BODY),
    ]
    client.get("upload/cancel", job_id=job)
    answers.append(put(url, BODY))
    log = server.log_path.read_text()
    for text in (log, *(answer.body.decode() for answer in answers)):
        assert token not in text
        assert token[:40] not in text
        assert "s3cret-credential" not in text
    for secret in (server.data_dir / "secrets").iterdir():
        assert secret.read_text().rpartition(":")[2].strip() not in log


def test_the_list_of_attacks_names_every_test_of_this_file() -> None:
    named = set(re.findall(r"`(test_\w+)`", SECURITY.read_text()))
    here = {name for name in globals() if name.startswith("test_") and "list_of_attacks" not in name}
    files = ("api/test_upload.py", "api/test_upload_limits.py", "e2e/test_upload_client.py")
    elsewhere = {name for file in files for name in names_in(file)}
    assert here <= named
    assert named <= here | elsewhere


def names_in(path: str) -> set[str]:
    return set(re.findall(r"^def (test_\w+)", (Path(__file__).parents[1] / path).read_text(), re.M))
