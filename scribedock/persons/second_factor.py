"""The second factor: time-based one-time passwords (RFC 6238) of an app, and recovery codes for its loss.

A code is six digits and good for half a minute; the one before and the one after are taken too, because
clocks differ. None is good twice. After some wrong codes the next one has to wait, longer each time: whoever
knows the password must not be able to try all of them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

import pyotp
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.accounts import ANCESTRY
from scribedock.accounts.api_keys import fingerprint
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import accounts, recovery_codes, second_factors
from scribedock.errors import ErrorType, InvalidQuery, ScribedockError
from scribedock.persons.person import Person
from scribedock.settings import Settings

STEP_S = 30  # RFC 6238 §5.2
WINDOW = 1  # steps before and after the current one
RECOVERY_CODES = 10
CODE_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters and digits that look alike
CODE_LENGTH = 16  # 79 bits
GROUP = 4
FREE_FAILURES = 5
FIRST_WAIT_S, MAX_WAIT_S = 30, 3600
SETUP_LIFE = timedelta(hours=1)


class WrongCode(InvalidQuery):
    """The code is wrong, too old, or was used already."""

    status = 403

    def __init__(self) -> None:
        super().__init__("The code is wrong, too old, or was used already")


class TooManyCodes(InvalidQuery):
    """There were many wrong codes; the next one has to wait."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Too many wrong codes; try again in {seconds} seconds", headers={"Retry-After": str(seconds)}
        )


class SecondFactorMissing(ScribedockError):
    """The person has to set up a second factor before anything else."""

    error_type = ErrorType.ACCOUNT_UNPRIVILEGED
    status = 403

    def __init__(self) -> None:
        super().__init__("You need a second factor; set one up on your page first")


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """A second factor that is being set up."""

    secret: str  # base32
    uri: str  # otpauth://…, for an app


class SecondFactors:
    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._always = settings.second_factor == "required"

    def is_required(self, account_id: str) -> bool:
        """Return whether every person of the account who signs in with a password needs a second factor."""
        if self._always:
            return True
        wanted = sa.select(accounts.c.id).where(
            accounts.c.id.in_(ANCESTRY), accounts.c.second_factor.is_(True)
        )
        with self._database.read() as connection:
            return connection.execute(wanted.limit(1), {"id": account_id}).first() is not None

    def is_missing(self, person: Person) -> bool:
        """Return whether the person has to set one up; a provider asks for its own."""
        return person.has_password and not person.has_second_factor and self.is_required(person.account_id)

    def require(self, account_id: str, required: bool) -> None:
        """Require a second factor of the persons of an account and of all accounts below it, or not."""
        with self._database.write() as connection:
            connection.execute(
                accounts.update().where(accounts.c.id == account_id).values(second_factor=required)
            )

    def begin(self, person: Person, *, issuer: str) -> Enrolment:
        """Begin to set up a second factor, or go on with it; nothing is asked for before it is confirmed.

        issuer: what an app calls this server. Raises InvalidQuery where there is one already.
        """
        with self._database.write() as connection:
            row = self._row(connection, person.id)
            now = time_of(connection)
            if row is not None and row.confirmed is not None:
                raise InvalidQuery("There is a second factor already")
            if row is not None and row.created > now - SETUP_LIFE:
                secret = row.secret
            else:
                secret = pyotp.random_base32()
                connection.execute(second_factors.delete().where(second_factors.c.person_id == person.id))
                connection.execute(
                    second_factors.insert().values(
                        person_id=person.id, secret=secret, created=now, last_step=0, failures=0
                    )
                )
        name = person.email or person.name
        return Enrolment(
            secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)
        )

    def confirm(self, person: Person, code: str) -> list[str]:
        """Ask for the second factor from now on; return new recovery codes.

        Raises WrongCode, and TooManyCodes.
        """
        self._check(person.id, code, confirmed=False)
        with self._database.write() as connection:
            connection.execute(
                second_factors.update()
                .where(second_factors.c.person_id == person.id)
                .values(confirmed=time_of(connection))
            )
            return _new_codes(connection, person.id)

    def check(self, person_id: str, code: str) -> None:
        """Check a code of the app, or a recovery code, and use it up. Raises WrongCode, TooManyCodes."""
        self._check(person_id, code, confirmed=True)

    def _check(self, person_id: str, code: str, *, confirmed: bool) -> None:
        given = "".join(code.split()).replace("-", "").lower()
        with self._database.write() as connection:
            row = self._row(connection, person_id)
            if row is None or (row.confirmed is not None) != confirmed:
                raise WrongCode
            now = time_of(connection)
            _check_wait(row.failures, row.last_failure, now)
            step = _step_of(row.secret, given, now)
            values: dict[str, object]
            if step is not None and step > row.last_step:
                values = {"last_step": step, "failures": 0}
            elif confirmed and _use_recovery_code(connection, person_id, given):
                values = {"failures": 0}
            else:
                values = {"failures": row.failures + 1, "last_failure": now}
            connection.execute(
                second_factors.update().where(second_factors.c.person_id == person_id).values(**values)
            )
        if values["failures"]:
            raise WrongCode

    def new_recovery_codes(self, person: Person) -> list[str]:
        """Return new recovery codes; the old ones are no longer good."""
        with self._database.write() as connection:
            return _new_codes(connection, person.id)

    def codes_left(self, person: Person) -> int:
        query = sa.select(sa.func.count()).where(recovery_codes.c.person_id == person.id)
        with self._database.read() as connection:
            return connection.execute(query).scalar_one()

    def reset(self, person: Person) -> bool:
        """Forget the person's second factor; return whether there was one."""
        with self._database.write() as connection:
            connection.execute(recovery_codes.delete().where(recovery_codes.c.person_id == person.id))
            query = second_factors.delete().where(second_factors.c.person_id == person.id)
            return connection.execute(query).rowcount > 0

    def _row(self, connection: Connection, person_id: str) -> sa.Row[tuple[object, ...]] | None:
        query = sa.select(second_factors).where(second_factors.c.person_id == person_id).with_for_update()
        return connection.execute(query).first()


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the step whose code this is, of those that are good now."""
    current = int(now.timestamp()) // STEP_S
    totp = pyotp.TOTP(secret)
    found = None
    for step in range(current - WINDOW, current + WINDOW + 1):
        if compare_digest(totp.at(step * STEP_S).encode(), code.encode()):
            found = step
    return found


def _check_wait(failures: int, last_failure: datetime | None, now: datetime) -> None:
    """Raise TooManyCodes where the last wrong code was too short a time ago."""
    if failures < FREE_FAILURES or last_failure is None:
        return
    wait = min(FIRST_WAIT_S * 2 ** min(failures - FREE_FAILURES, 10), MAX_WAIT_S)
    left = (last_failure + timedelta(seconds=wait) - now).total_seconds()
    if left > 0:
        raise TooManyCodes(int(left) + 1)


def _use_recovery_code(connection: Connection, person_id: str, code: str) -> bool:
    query = recovery_codes.delete().where(
        recovery_codes.c.person_id == person_id, recovery_codes.c.fingerprint == fingerprint(code)
    )
    return len(code) == CODE_LENGTH and connection.execute(query).rowcount > 0


def _new_codes(connection: Connection, person_id: str) -> list[str]:
    codes = [
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)) for _ in range(RECOVERY_CODES)
    ]
    connection.execute(recovery_codes.delete().where(recovery_codes.c.person_id == person_id))
    for code in codes:
        connection.execute(recovery_codes.insert().values(person_id=person_id, fingerprint=fingerprint(code)))
    return ["-".join(code[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP)) for code in codes]
