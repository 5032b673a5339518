"""`scribedock keys`: the server's own keys, and which of them the database knows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import (
    UNUSED,
    DataDir,
    audited_for_operator,
    enter_data_folder,
    fail,
    load_settings,
    open_services,
    read_services,
)
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.tables import print_table
from scribedock.settings import Settings, SettingsError

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.keys.keys import KeyPurpose

keys = typer.Typer(cls=CommandGroup, help="The server's own keys.", no_args_is_help=True)

LOST_URLS_NOTICE = (
    "Upload URLs, and links to media and approvals, that were signed with the other keys stop working; their "
    "owners must ask for new ones."
)
LOST_SECRETS_NOTICE = (
    "What was encrypted with the other key can never be read again: {count} of {all} API keys (they still "
    "log in, but are not shown again; generate_api_key with force_new=true makes new ones), and the "
    "callback, media and transcript URLs of all jobs so far: callbacks that are not made yet fail, and so "
    "does what is still to be fetched."
)
OTHER_PROCESSES_NOTICE = (
    "Servers and workers that still have the other keys are not ready, and must get these."
)


@keys.command("generate")
def generate_keys() -> None:
    """Print new keys as settings, for several servers to share. Nothing is changed."""
    from scribedock.keys.keys import new_settings

    for name, value in new_settings().items():
        print(f"{name}={value}")


@keys.command("show")
def show_keys(
    with_secrets: Annotated[
        bool, typer.Option("--secrets", help="Print the keys themselves, as settings for another server.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Show a fingerprint of each key, and whether the database knows it."""
    from scribedock.keys.keys import KeyPurpose, as_settings, keys_exist, load_keys, signing_fingerprint

    settings = load_settings(data_dir)
    if not keys_exist(settings):
        fail(UNUSED.format(folder=settings.data_dir.resolve()))
    try:
        found = load_keys(settings)
    except SettingsError as error:
        fail(str(error))
    if with_secrets:
        for name, value in as_settings(settings).items():
            print(f"{name}={value}")
        return
    known = read_services(data_dir).fingerprints.known()
    rows = [(KeyPurpose.ENCRYPTION, "", found.encryption_fingerprint)]
    rows += [(KeyPurpose.SIGNING, key.id, signing_fingerprint(key)) for key in found.upload.all()]
    print_table(
        ("Key", "Id", "Fingerprint", "Known", "From"),
        [
            (
                purpose,
                key_id,
                fingerprint,
                "yes" if fingerprint in known[purpose] else "no",
                _origin(settings, purpose),
            )
            for purpose, key_id, fingerprint in rows
        ],
        shortened=("From",),
    )


@keys.command("rotate")
def rotate_keys(data_dir: DataDir = None) -> None:
    """Sign upload URLs with a new key from now on; existing URLs stay valid."""
    from scribedock.keys.keys import load_keys

    settings = enter_data_folder(data_dir)
    try:
        key = load_keys(settings).upload.rotate(lifetime_s=settings.upload_lifetime_s)
    except SettingsError as error:
        fail(str(error))
    print(f"Upload URLs are signed with key {key.id} from now on; older ones stay good until they expire")
    try:
        services = open_services(data_dir)
        with audited_for_operator(services, "keys rotate", key.id):
            services.fingerprints.learn()
    except SettingsError as error:
        fail(str(error))
    except Exception as error:
        print(
            f"scribedock: the database could not be told of it ({type(error).__name__}); a worker tells it "
            "within the hour, a server when it starts",
            file=sys.stderr,
        )


@keys.command("accept")
def accept_keys(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False, data_dir: DataDir = None
) -> None:
    """Accept these keys although the database was used with others; say what is lost."""
    services = _services(data_dir)
    differing = services.fingerprints.differing()
    if not differing:
        services.fingerprints.learn()
        print("The database knows these keys; nothing is lost, and there is nothing to accept")
        return
    for loss in _losses(services, differing):
        print(loss)
    print(OTHER_PROCESSES_NOTICE)
    if not yes:
        typer.confirm("Accept these keys?", abort=True)
    with audited_for_operator(services, "keys accept", ", ".join(differing)):
        services.fingerprints.accept()
    print("The database works with these keys now")


def _losses(services: Services, differing: list[KeyPurpose]) -> list[str]:
    from scribedock.keys.keys import KeyPurpose

    losses = []
    if KeyPurpose.ENCRYPTION in differing:
        unreadable, count = services.api_keys.unreadable()
        losses.append(LOST_SECRETS_NOTICE.format(count=unreadable, all=count))
    if KeyPurpose.SIGNING in differing:
        losses.append(LOST_URLS_NOTICE)
    return losses


def _services(data_dir: DataDir) -> Services:
    try:
        return open_services(data_dir)
    except SettingsError as error:
        fail(str(error))


def _origin(settings: Settings, purpose: KeyPurpose) -> str:
    from scribedock.keys.keys import KeyPurpose, key_file

    is_set = settings.encryption_key if purpose is KeyPurpose.ENCRYPTION else settings.upload_keys
    names = {KeyPurpose.ENCRYPTION: "SCRIBEDOCK_ENCRYPTION_KEY", KeyPurpose.SIGNING: "SCRIBEDOCK_UPLOAD_KEYS"}
    return names[purpose] if is_set else str(key_file(settings, purpose))
