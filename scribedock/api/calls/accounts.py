"""The calls below `/api/account/`."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Annotated, cast

from pydantic import AliasChoices, Field, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool

from scribedock.accounts.accounts import AccountHolder, check_new_account
from scribedock.accounts.api_keys import NewKey
from scribedock.accounts.scopes import KeyScope, Right
from scribedock.accounts.sessions import Dialect
from scribedock.accounts.signing_in.login import ProvenIdentity
from scribedock.api import auditing
from scribedock.api.registry import Context, call
from scribedock.api.schema.answers import AccountName, AccountSettings, ApiKey, ClassicToken, NewerToken
from scribedock.api.schema.parameters import WHOLE_NUMBER, AnyText, Bool, Parameters, Text, choice
from scribedock.budgets.rates import RateKind
from scribedock.errors import AccountUnprivileged, InvalidQuery, LoginInvalid, MissingParameter

MAX_DEFAULT_NOTES = 6000
MAX_KEY_LIFETIME_S = 10 * 365 * 86_400
_BOOL: TypeAdapter[bool] = TypeAdapter(Bool)


class LoginParameters(Parameters):
    username: Text | None = Field(None, description="Name of the account; also as header x-auth-user.")
    password: Text | None = Field(
        None, description="Password of the account; also as header x-auth-password or x-auth-key."
    )
    securekey: AnyText | None = Field(
        None, description="An API key, instead of a password; also as header x-auth-securekey."
    )


@call(
    "account/login",
    LoginParameters,
    needs=Right.ANY,
    answer='{"ApiToken": "<32 hex digits>"}',
    # A form is answered as a GET is; described is the body of JSON.
    returns={"GET": ClassicToken, "POST": NewerToken},
    refusals=(429,),
    rate=RateKind.LOGINS,
    headers={
        "x-auth-user": "Instead of username.",
        "x-auth-password": "Instead of password.",
        "x-auth-key": "Instead of password.",
        "x-auth-securekey": "Instead of securekey.",
    },
    needs_token=False,
)
async def login(context: Context, parameters: LoginParameters) -> ClassicToken | NewerToken:
    """Open a session. Its token expires after an hour without a call (30 days with a securekey).

    Takes up to five seconds longer for a name that has had many wrong passwords.
    """
    headers = context.request.headers
    username = parameters.username or headers.get("x-auth-user")
    password = parameters.password or headers.get("x-auth-password") or headers.get("x-auth-key")
    securekey = parameters.securekey or headers.get("x-auth-securekey")
    if context.backend.example is not None:
        username = context.backend.example.login_name(username, securekey)
    openapi = context.json_body and context.request.method == "POST"
    dialect = Dialect.OPENAPI if openapi else Dialect.CLASSIC
    if not (username or securekey):
        raise MissingParameter("Missing required parameter: username (or securekey)")
    if not (password or securekey):
        raise MissingParameter("Missing required parameter: password (or securekey)")
    try:
        proven = await _proven(context, username, password, securekey)
    except (LoginInvalid, AccountUnprivileged):
        await run_in_threadpool(auditing.failed_login, context, username or "")
        raise
    token = await run_in_threadpool(_open, context, proven, dialect)
    return {"api_token": token} if openapi else {"ApiToken": token}


async def _proven(
    context: Context, username: str | None, password: str | None, securekey: str | None
) -> ProvenIdentity:
    """Check the credentials; of both, one suffices: clients send any key beside a correct password."""
    checking, client = context.services.login, context.client
    if username and password:
        try:
            return await checking.prove_password(username, password, client)
        except LoginInvalid:
            if not securekey:
                raise
    assert securekey
    return await run_in_threadpool(checking.prove_key, username, securekey, client)


def _open(context: Context, proven: ProvenIdentity, dialect: Dialect) -> str:
    """Open a session and audit it; return its token."""
    with auditing.deed(context.services, "account/login", proven.account_id, context.client):
        return context.services.login.open_session(proven, dialect=dialect)


@call("account/logout", Parameters, needs=Right.ANY, answer="204")
def logout(context: Context, parameters: Parameters) -> None:
    """End the session."""
    assert context.session is not None
    context.services.sessions.close(context.session.fingerprint)


class UpdatePasswordParameters(Parameters):
    new_password: Text = Field(description="The new password.")
    username: Text | None = Field(
        None, description="Descendant account whose password is changed; absent: your own."
    )


@call(
    "account/update_password",
    UpdatePasswordParameters,
    needs=Right.CREDENTIALS,
    answer="204",
    methods=("POST",),
    refusals=(429,),
)
async def update_password(context: Context, parameters: UpdatePasswordParameters) -> None:
    """Change the password, and end the account's other sessions that were opened with a password."""
    services, session = context.services, context.session
    assert session is not None
    target = await run_in_threadpool(services.accounts.find_reachable, context.account, parameters.username)
    password_hash = await context.services.hashing.hash_new(
        context.client, context.account.username, parameters.new_password
    )
    await run_in_threadpool(
        services.accounts.set_password_hash, target, password_hash, keep_session=session.fingerprint
    )


class GenerateApiKeyParameters(Parameters):
    force_new: Bool = Field(False, description="Create another key; older keys stay valid.")
    account_id: Text | None = Field(None, description="Descendant account, by name or id; absent: your own.")
    key_name: Text = Field("", description="Name of the key; with the next two, an extension of this server.")
    key_scope: Annotated[KeyScope, choice(KeyScope)] = Field(
        KeyScope.ALL,
        description="What its sessions may do: all, upload (open jobs, add recordings, order) or read.",
    )
    key_expires_in: Annotated[int, Field(ge=1, le=MAX_KEY_LIFETIME_S), WHOLE_NUMBER] | None = Field(
        None, description="Seconds until the key ends, at most ten years; absent: never."
    )


@call(
    "account/generate_api_key",
    GenerateApiKeyParameters,
    needs=Right.CREDENTIALS,
    answer='{"ApiKey": "<32 hex digits>"}',
)
def generate_api_key(context: Context, parameters: GenerateApiKeyParameters) -> ApiKey:
    """Show the account's newest API key; create one if there is none."""
    target = context.services.accounts.find_reachable(context.account, parameters.account_id)
    seconds = parameters.key_expires_in
    wanted = NewKey(
        name=parameters.key_name,
        scope=parameters.key_scope,
        expires_in=None if seconds is None else timedelta(seconds=seconds),
        person_id=context.person_id,
    )
    key = context.services.api_keys.newest(target, force_new=parameters.force_new, wanted=wanted)
    return {"ApiKey": key}


class RemoveApiKeyParameters(Parameters):
    api_securekey: Text = Field(
        description="The key to remove; also named secure_key.",
        validation_alias=AliasChoices("api_securekey", "secure_key"),
    )


@call("account/remove_api_key", RemoveApiKeyParameters, needs=Right.CREDENTIALS, answer="204")
def remove_api_key(context: Context, parameters: RemoveApiKeyParameters) -> None:
    """Remove an API key, and end the other sessions that were opened with it.

    The session that calls ends like one that was opened with a password.
    """
    assert context.session is not None
    context.services.api_keys.remove(
        context.visible_accounts,
        parameters.api_securekey.replace("-", "").lower(),
        keep_session=context.session.fingerprint,
        idle_s=context.services.settings.session_idle_s,
    )


@call("account/verify_key", Parameters, needs=Right.ANY, answer='{"name": "<user name>"}', changes=False)
def verify_key(context: Context, parameters: Parameters) -> AccountName:
    """Show the name of the account that the token belongs to."""
    return {"name": context.account.username}


@call(
    "account/get_settings", Parameters, needs=Right.READ, answer='{"default_job_notes": "", …}', changes=False
)
def get_settings(context: Context, parameters: Parameters) -> AccountSettings:
    """Show the account's settings."""
    return cast(AccountSettings, dict(context.account.settings))


class Setting(StrEnum):
    DEFAULT_JOB_NOTES = "default_job_notes"
    AUTHORIZATION = "require_customer_authorization_before_starting_workflow"
    AUTHORIZATION_MECHANICAL = "customer_authorization_required_mechanical"
    SHARE_LINKS = "share_links"


class UpdateSettingParameters(Parameters):
    setting: Annotated[Setting, choice(Setting)] = Field(description="Name of the setting.")
    value: Text = Field(
        "",
        description="Required: true or false, or up to 6000 characters for default_job_notes, "
        "which an empty value clears.",
    )
    account_id: Text | None = Field(None, description="Descendant account, by name or id; absent: your own.")


@call("account/update_setting", UpdateSettingParameters, needs=Right.ADMINISTER, answer="204")
def update_setting(context: Context, parameters: UpdateSettingParameters) -> None:
    """Change a setting of the account."""
    if "value" not in parameters.model_fields_set:
        raise MissingParameter("Missing required parameter: value")
    value = _setting_value(parameters.setting, parameters.value)
    target = context.services.accounts.find_reachable(context.account, parameters.account_id)
    context.services.accounts.change_setting(target, parameters.setting.value, value)


def _setting_value(setting: Setting, text: str) -> str | bool:
    if setting is Setting.DEFAULT_JOB_NOTES:
        if len(text) > MAX_DEFAULT_NOTES:
            raise InvalidQuery(
                f"value: the notes have {len(text)} characters; the limit is {MAX_DEFAULT_NOTES}"
            )
        return text
    try:
        return _BOOL.validate_python(text)
    except ValidationError as error:
        raise InvalidQuery(f"value: {error.errors()[0]['msg']}") from None


class CreateParameters(Parameters):
    new_username: Text = Field(description="Name of the new account.")
    new_password: Text = Field(description="Password of the new account.")
    sub_account: Text | None = Field(
        None, description="Accepted and ignored: every new account is below another."
    )
    parent_account: Text | None = Field(
        None, description="Parent of the new account: a descendant, by name or id; absent: your own."
    )
    first_name: Text = Field("", description="First name of the account's owner.")
    last_name: Text = Field("", description="Last name of the account's owner.")
    email: Text = Field("", description="Address for the account's mail.")


@call("account/create", CreateParameters, needs=Right.ADMINISTER, answer="204", refusals=(429,))
async def create(context: Context, parameters: CreateParameters) -> None:
    """Create a sub-account."""
    accounts = context.services.accounts
    parent = await run_in_threadpool(accounts.find_reachable, context.account, parameters.parent_account)
    holder = AccountHolder(
        first_name=parameters.first_name, last_name=parameters.last_name, email=parameters.email
    )
    check_new_account(parameters.new_username, holder)
    password_hash = await context.services.hashing.hash_new(
        context.client, context.account.username, parameters.new_password
    )
    await run_in_threadpool(
        partial(accounts.add, parameters.new_username, password_hash, parent=parent.username, holder=holder)
    )
