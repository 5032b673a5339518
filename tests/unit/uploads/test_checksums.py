"""The checksums that hashlib lacks, against the examples of their specifications."""

from __future__ import annotations

import pytest

from scribedock.uploads.checksums import digest_size, new_hash

# RFC 3720 B.4 (its bytes stand in the order of the wire), and the check values of the CRC catalogue.
CRC32C = {
    bytes(32): "8a9136aa",
    b"\xff" * 32: "62a8ab43",
    bytes(range(32)): "46dd794e",
    bytes(range(31, -1, -1)): "113fdb5c",
    bytes.fromhex(
        "01c000000000000000000000000000001400000000000400000000140000001828000000000000000200000000000000"
    ): "d9963a56",
    b"123456789": "e3069283",
    b"dog": "0a72a4df",  # the example of the registry of Digest's algorithms
    b"": "00000000",
}


@pytest.mark.parametrize("piece", [1, 7, 1000])
def test_crc32c_is_that_of_its_specification(piece: int) -> None:
    for data, expected in CRC32C.items():
        running = new_hash("crc32c")
        for start in range(0, len(data), piece):
            running.update(memoryview(data)[start : start + piece])
        assert running.digest().hex() == expected, data


@pytest.mark.parametrize(
    ("algorithm", "data", "expected"),
    [
        ("crc32", b"123456789", "cbf43926"),
        ("crc32", b"", "00000000"),
        ("adler32", b"Wiki", "03da0195"),
        ("adler32", b"", "00000001"),
    ],
)
def test_the_other_checksums_are_those_of_their_specifications(
    algorithm: str, data: bytes, expected: str
) -> None:
    running = new_hash(algorithm)
    for byte in data:
        running.update(memoryview(bytes([byte])))
    assert running.digest().hex() == expected


@pytest.mark.parametrize(("algorithm", "size"), [("crc32c", 4), ("adler32", 4), ("md5", 16), ("sha512", 64)])
def test_the_size_of_a_digest_is_known(algorithm: str, size: int) -> None:
    assert digest_size(algorithm) == size
