"""Which keys work on this database, so that no server with other keys damages it.

Two servers with different secrets on one database would invalidate each other's upload URLs, and could not
read what the other encrypted. So the database knows a fingerprint of each key: the encryption key must be the
one it knows; of the signing keys one in common suffices, and it learns the others, so that keys can be
rotated one server after the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import key_fingerprints
from scribedock.keys.keys import KeyPurpose, Keys
from scribedock.settings import SettingsError

log = structlog.get_logger("scribedock.keys")

ADVISORY_LOCK = 0x5C21BED2
# A retired signing key is forgotten after this time: a server that missed all rotations is refused.
RETENTION = timedelta(days=30)
SHOWN_CHARACTERS = 12  # characters of a fingerprint that a message shows
NAMES = {
    KeyPurpose.ENCRYPTION: ("encryption key", "SCRIBEDOCK_ENCRYPTION_KEY"),
    KeyPurpose.SIGNING: ("keys that sign URLs", "SCRIBEDOCK_UPLOAD_KEYS"),
}

Fingerprints = Mapping[KeyPurpose, frozenset[str]]


class KeysDiffer(SettingsError):
    """The database knows other keys; the text says which, and what to do."""


class KeyFingerprints:
    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys

    def learn(self) -> None:
        """Note that these keys are in use; a database that knows none takes them. Raises KeysDiffer."""
        with self._database.write() as connection:
            self._lock(connection)
            self._check(_known(connection))
            self._note(connection)
            connection.execute(
                key_fingerprints.delete().where(
                    key_fingerprints.c.purpose == KeyPurpose.SIGNING.value,
                    key_fingerprints.c.seen < time_of(connection) - RETENTION,
                )
            )

    def check(self) -> None:
        """Raise KeysDiffer where the database knows other keys than these."""
        self._check(self.known())

    def known(self) -> Fingerprints:
        """Return the keys that the database knows; none before a server of this release has run."""
        with self._database.read() as connection:
            if not sa.inspect(connection).has_table(key_fingerprints.name):
                return {purpose: frozenset() for purpose in KeyPurpose}
            return _known(connection)

    def differing(self) -> list[KeyPurpose]:
        """Return the purposes for which the database knows other keys."""
        return self._differing(self.known())

    def accept(self) -> None:
        """Make these keys the ones that the database knows."""
        with self._database.write() as connection:
            self._lock(connection)
            connection.execute(key_fingerprints.delete())
            self._note(connection)

    def _lock(self, connection: Connection) -> None:
        if not self._database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})

    def _check(self, known: Fingerprints) -> None:
        differing = self._differing(known)
        if differing:
            raise KeysDiffer("\n".join(self._problem(purpose, known) for purpose in differing))

    def _differing(self, known: Fingerprints) -> list[KeyPurpose]:
        ours = self._keys.fingerprints()
        return [purpose for purpose in KeyPurpose if known[purpose] and not known[purpose] & ours[purpose]]

    def _problem(self, purpose: KeyPurpose, known: Fingerprints) -> str:
        name, setting = NAMES[purpose]
        here = _shown(self._keys.fingerprints()[purpose])
        return (
            f"{setting}: the database was used with other keys: its {name} {_shown(known[purpose])}, "
            f"here {here}. Give this server the secrets of the others (scribedock keys show --secrets prints "
            "them there); if they are lost, scribedock keys accept says what is lost with them"
        )

    def _note(self, connection: Connection) -> None:
        for purpose, fingerprints in self._keys.fingerprints().items():
            for fingerprint in fingerprints:
                same = (
                    key_fingerprints.c.purpose == purpose.value,
                    key_fingerprints.c.fingerprint == fingerprint,
                )
                seen = key_fingerprints.update().where(*same).values(seen=time_of(connection))
                if not connection.execute(seen).rowcount:
                    connection.execute(
                        key_fingerprints.insert().values(
                            purpose=purpose.value, fingerprint=fingerprint, seen=time_of(connection)
                        )
                    )
                    log.info(
                        "key noted in the database",
                        purpose=purpose,
                        fingerprint=fingerprint[:SHOWN_CHARACTERS],
                    )


def _known(connection: Connection) -> Fingerprints:
    found: dict[KeyPurpose, set[str]] = {purpose: set() for purpose in KeyPurpose}
    for row in connection.execute(sa.select(key_fingerprints)):
        found[KeyPurpose(row.purpose)].add(row.fingerprint)
    return {purpose: frozenset(fingerprints) for purpose, fingerprints in found.items()}


def _shown(fingerprints: frozenset[str]) -> str:
    return ", ".join(sorted(each[:SHOWN_CHARACTERS] for each in fingerprints))
