"""Signing in and out, and what strangers try with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from scribedock.accounts.signing_in import password_check
from scribedock.persons.person import Person
from tests.support.browser import Browser
from tests.support.core import Core

PASSWORD = "correct horse battery"
ADDRESS = "maria@uni.example"
SESSION = "scribedock-session"
Browsers = Callable[..., Browser]


def test_a_person_signs_in_sees_who_they_are_and_signs_out(browser: Browser, maria: Person) -> None:
    assert browser.sign_in(ADDRESS, PASSWORD).path == "/web/jobs"
    page = browser.open("/web/you")
    assert (page.status, page.path) == (200, "/web/you")
    assert "Maria" in page.text and "Requester" in page.text and "uni" in page.text
    page = browser.submit(page, "/sign-out")
    assert page.path == "/web/signed-out"
    assert browser.open("/web/you").path == "/web/sign-in"
    assert SESSION not in browser.cookies


def test_an_accounts_own_name_and_password_sign_in(browser: Browser, uni: Account) -> None:
    browser.sign_in("uni", PASSWORD)
    page = browser.open("/web/you")
    assert "Owner" in page.text and "office@uni.example" in page.text


@pytest.mark.parametrize(
    ("name", "password"),
    [(ADDRESS, "wrong"), ("nobody@uni.example", PASSWORD), ("uni", "wrong"), ("", ""), (ADDRESS, "")],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    browser: Browser, maria: Person, name: str, password: str
) -> None:
    page = browser.sign_in(name, password)
    assert (page.status, page.path) == (403, "/web/sign-in")
    assert "The name or the password is wrong." in page.text
    assert page.form("/sign-in").fields["username"] == name
    assert page.form("/sign-in").fields["password"] == ""
    assert SESSION not in browser.cookies


def test_an_unknown_name_costs_as_much_work_as_a_known_one(
    browser: Browser, maria: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[bool] = []
    real = password_check.matches_hash

    def count(password: str, hashed: str | None) -> bool:
        checked.append(hashed is not None)
        return real(password, hashed)

    monkeypatch.setattr(password_check, "matches_hash", count)
    for name in (ADDRESS, "nobody@uni.example", "uni", "nobody"):
        browser.sign_in(name, "wrong")
    assert checked == [True, False, True, False], "one hash each"


def test_after_many_failures_the_address_is_refused_for_a_while_with_a_page_that_says_so(
    build_browser: Callable[..., Browser],
) -> None:
    browser = build_browser({"login_failures": 3})
    statuses = [browser.sign_in("admin", "wrong").status for _ in range(4)]
    assert statuses == [403, 403, 403, 429]
    page = browser.sign_in("admin", "a password")
    assert page.status == 429 and int(page.answer.headers["retry-after"]) <= 60
    assert "Too many failed tries" in page.text


def test_failures_are_in_the_audit_log_without_what_is_no_name(
    core: Core, browser: Browser, maria: Person
) -> None:
    for name in (ADDRESS, "uni", "hunter2"):
        browser.sign_in(name, "wrong")
    entries = core.services.audit.entries()
    assert {entry.about for entry in entries if entry.outcome == "LOGIN_INVALID"} == {ADDRESS, "uni", ""}


def test_a_sign_in_is_in_the_audit_log_with_account_and_person(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    browsers().sign_in(ADDRESS, PASSWORD)
    browsers().sign_in("uni", PASSWORD)
    entries = [entry for entry in core.services.audit.entries() if entry.call == "web/sign-in"]
    expected = [("uni", "Maria", "done"), ("uni", "uni", "done")]
    assert [(each.username, each.person, each.outcome) for each in entries] == expected
    assert entries[0].address == "192.0.2.7"
    assert core.services.audit.check().problems == []


def test_nobody_can_choose_the_session_that_somebody_signs_in_with(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    attacker = browsers()
    attacker.sign_in("admin", "a password")
    planted = attacker.cookies[SESSION]
    victim = browsers()
    victim.client.cookies.set(SESSION, planted, domain="captions.example.org", path="/web")
    # The page for signing in leads whoever is signed in already elsewhere, so the form is sent directly.
    victim.post("/web/sign-in", {"username": ADDRESS, "password": PASSWORD})
    assert victim.cookies[SESSION] != planted
    assert "Maria" in victim.open("/web/you").text
    assert attacker.open("/web/you").path == "/web/sign-in", "the planted session is over"


def test_a_made_up_session_is_not_taken_over(browser: Browser, maria: Person) -> None:
    browser.client.cookies.set(SESSION, "chosen-by-somebody", domain="captions.example.org", path="/web")
    browser.post("/web/sign-in", {"username": ADDRESS, "password": PASSWORD})
    assert browser.cookies[SESSION] != "chosen-by-somebody"


FOREIGN = [
    "http://evil.example",
    "null",
    "https://captions.example.org",
    "http://captions.example.org:81",
    "",
]


@pytest.mark.parametrize("origin", [*FOREIGN, None])
def test_a_form_from_another_origin_signs_nobody_in(
    browser: Browser, maria: Person, origin: str | None
) -> None:
    headers = {} if origin is None else {"Origin": origin}
    answer = browser.request(
        "POST", "/web/sign-in", data={"username": ADDRESS, "password": PASSWORD}, headers=headers
    )
    assert answer.status_code == 403 and "set-cookie" not in answer.headers


@pytest.mark.parametrize("origin", [*FOREIGN, None])
def test_a_form_from_another_origin_signs_nobody_out(
    browser: Browser, maria: Person, origin: str | None
) -> None:
    token = browser.sign_in(ADDRESS, PASSWORD).form("/sign-out").fields["csrf_token"]
    headers = {} if origin is None else {"Origin": origin}
    answer = browser.request("POST", "/web/sign-out", data={"csrf_token": token}, headers=headers)
    assert answer.status_code == 403
    assert browser.open("/web/you").path == "/web/you"


def test_a_form_without_the_sessions_own_token_is_refused(
    browsers: Browsers, uni: Account, maria: Person
) -> None:
    other = browsers().sign_in("uni", PASSWORD).form("/sign-out").fields["csrf_token"]
    browser = browsers()
    first = browser.sign_in(ADDRESS, PASSWORD).form("/sign-out").fields["csrf_token"]
    browser.submit(browser.open("/web/you"), "/sign-out")
    browser.sign_in(ADDRESS, PASSWORD)
    for fields in ({}, {"csrf_token": ""}, {"csrf_token": other}, {"csrf_token": first}, {"csrf_token": "ä"}):
        assert browser.post("/web/sign-out", fields).status_code == 403
    assert browser.open("/web/you").path == "/web/you"


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/web/\\evil.example",
    "/web//evil.example",
    "/webevil",
    "/web/../api/account/logout",
    "/web/%0d%0aSet-Cookie:x=y\r\n",
    "/api/job/list",
    "javascript:alert(1)",
    "/web/\x00",
    "\t//evil.example",
    "/web/" + "a" * 2000,
]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_to_no_other_place(browser: Browser, maria: Person, target: str) -> None:
    answer = browser.post("/web/sign-in", {"username": ADDRESS, "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, "/web/")
    shown = browser.request("GET", "/web/sign-in", params={"next": target})
    assert (shown.status_code, shown.headers["location"]) == (303, "/web/")


def test_signing_in_leads_back_to_the_page_that_was_asked_for(browser: Browser, maria: Person) -> None:
    page = browser.open("/web/you?show=keys&page=2")
    assert page.form("/sign-in").fields["next"] == "/web/you?show=keys&page=2"
    page = browser.submit(page, "/sign-in", username=ADDRESS, password=PASSWORD)
    assert str(page.answer.url).endswith("/web/you?show=keys&page=2")


def test_after_the_session_has_ended_its_cookie_is_taken_away(
    core: Core, browser: Browser, maria: Person
) -> None:
    browser.sign_in(ADDRESS, PASSWORD)
    core.clock.advance(16 * 60)
    answer = browser.request("GET", "/web/you")
    assert answer.headers["location"].startswith("/web/sign-in?next=")
    assert f'{SESSION}=""' in answer.headers["set-cookie"]


def test_the_session_counts_for_no_call_of_the_api(browser: Browser, uni: Account) -> None:
    browser.sign_in("uni", PASSWORD)
    cookie = {"Cookie": f"{SESSION}={browser.cookies[SESSION]}"}
    for given in ({}, {"api_token": browser.cookies[SESSION]}):
        answer = browser.request("GET", "/api/job/list", params={"v": "1", **given}, headers=cookie)
        assert answer.json()["ErrorType"] == "BAD_API_TOKEN"


COOKIES = [
    ("http://captions.example.org", {}, "scribedock-session=", "Path=/web", False),
    ("https://captions.example.org", {}, "__Host-scribedock-session=", "Path=/", True),
    (
        "http://x",
        {"public_url": "https://uni.example/captions"},
        "__Secure-scribedock-session=",
        "Path=/captions/web",
        True,
    ),
    (
        "http://x",
        {"public_url": "http://uni.example/captions"},
        "scribedock-session=",
        "Path=/captions/web",
        False,
    ),
]


@pytest.mark.parametrize(("base_url", "settings", "name", "path", "secure"), COOKIES)
def test_the_cookie_is_as_safe_as_the_way_to_the_server_lets_it_be(
    build_browser: Callable[..., Browser],
    base_url: str,
    settings: dict[str, object],
    name: str,
    path: str,
    secure: bool,
) -> None:
    browser = build_browser(settings, base_url=base_url)
    origin = str(settings.get("public_url", base_url)).removesuffix("/captions")
    answer = browser.post("/web/sign-in", {"username": "admin", "password": "a password"}, origin=origin)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(name)
    attributes = {part.strip() for part in cookie.split(";")[1:]}
    assert {"HttpOnly", "SameSite=lax", path} <= attributes
    assert ("Secure" in attributes) == secure and "Domain" not in cookie and "Max-Age" not in cookie
    prefix = "/captions" if settings else ""
    assert answer.headers["location"] == f"{prefix}/web/"


def test_below_a_prefix_that_a_proxy_takes_off_links_and_forms_have_it(
    build_browser: Callable[..., Browser],
) -> None:
    browser = build_browser(
        {"trusted_proxies": "192.0.2.0/24"},
        headers={
            "X-Forwarded-Prefix": "/captions",
            "X-Forwarded-Host": "uni.example",
            "X-Forwarded-Proto": "https",
        },
    )
    page = browser.open("/web/sign-in")
    assert {each.action for each in page.forms} == {"/captions/web/sign-in", "/captions/web/language"}
    answer = browser.post(
        "/web/sign-in", {"username": "admin", "password": "a password"}, origin="https://uni.example"
    )
    assert answer.headers["location"] == "/captions/web/"
    assert answer.headers["set-cookie"].startswith("__Secure-scribedock-session=")


def test_pages_run_no_strange_script_load_nothing_from_elsewhere_and_stay_in_no_cache(
    browser: Browser, maria: Person
) -> None:
    sign_in = browser.request("GET", "/web/sign-in")
    assert "script" not in sign_in.headers["content-security-policy"] + sign_in.text
    browser.sign_in(ADDRESS, PASSWORD)
    for answer in (sign_in, browser.open("/web/you").answer):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "script-src" not in policy or "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.text.count("<script") == answer.text.count("<script type=")
        assert "style=" not in answer.text


def test_what_people_type_is_never_markup(browser: Browser) -> None:
    page = browser.sign_in('"><script>alert(1)</script>', "x")
    assert "<script>" not in page.answer.text and "&lt;script&gt;" in page.answer.text


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("application/x-www-form-urlencoded", b"a=" + b"x" * 20_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(100)), 400),
        ("application/x-www-form-urlencoded", b"username=%ff", 400),
        ("application/x-www-form-urlencoded", b"\xff", 400),
    ],
)
def test_what_is_no_form_is_refused_with_a_page(
    browser: Browser, content_type: str, body: bytes, status: int
) -> None:
    answer = browser.request(
        "POST",
        "/web/sign-in",
        content=body,
        headers={"Origin": browser.base_url, "Content-Type": content_type},
    )
    assert answer.status_code == status and answer.headers["content-type"].startswith("text/html")


def test_pages_speak_the_readers_language_and_remember_a_choice(browsers: Browsers) -> None:
    german = browsers(language="fr-CH, de;q=0.8, en;q=0.5")
    page = german.open("/web/sign-in")
    assert "Anmelden" in page.text and page.answer.headers["content-language"] == "de"
    page = german.submit(page, "/language", language="en")
    assert page.path == "/web/sign-in" and "Sign in" in page.text
    assert "Sign in" in german.open("/web/sign-in").text
    for odd in ("", "*", "xx", "de;q=0", "en;q=1.0,de;q=1.0", ",;=,", "d" * 5000):
        assert "Sign in" in browsers(language=odd).open("/web/sign-in").text, odd


def test_a_proxy_that_names_a_host_which_is_none_gets_a_page_that_says_so(
    build_browser: Callable[..., Browser],
) -> None:
    browser = build_browser({"trusted_proxies": "192.0.2.0/24"}, headers={"X-Forwarded-Host": "a b"})
    for path in ("/web/sign-in", "/web/you"):
        answer = browser.request("GET", path)
        assert answer.status_code == 400 and "X-Forwarded-Host must be a host" in answer.text


def test_a_form_that_was_sent_too_late_is_there_again_after_the_sign_in(
    core: Core, browser: Browser, maria: Person
) -> None:
    browser.sign_in(ADDRESS, PASSWORD)
    core.clock.advance(core.services.settings.web_session_idle_s + 60)
    for referer, back in (
        (f"{browser.base_url}/web/you/keys", "?next=%2Fweb%2Fyou%2Fkeys"),
        ("https://evil.example/web/you/keys", ""),
    ):
        form = {"Content-Type": "application/x-www-form-urlencoded", "Referer": referer}
        answer = browser.request("POST", "/web/you/keys", content="name=a", headers=form)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/web/sign-in{back}")
