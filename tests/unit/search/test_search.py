"""Searching the words of jobs, on either database."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.db import time_limit
from scribedock.db.tables import element_lists, passages, search_lists
from scribedock.errors import InvalidQuery
from scribedock.host.erasure_journal import ErasedPart
from scribedock.jobs.iwp import Iwp
from scribedock.search import indexing, search
from scribedock.search.search import SearchPage
from scribedock.settings import Settings
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.model import ElementList
from tests.captions.sample import say
from tests.support.finished import finished_job


@pytest.fixture
def services(tmp_path: Path, database: dict[str, str]) -> Iterator[app.Services]:
    settings = Settings(data_dir=tmp_path, **database)  # type: ignore[arg-type]
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    for name in ("maria", "nils"):
        started.accounts.create(name, "a password", parent="admin")
    yield started
    started.close()


def tree(services: app.Services, username: str = "admin") -> frozenset[str]:
    account = services.accounts.by_username(username)
    assert account is not None
    return services.accounts.visible_accounts(account)


def find(services: app.Services, query: str, *, by: str = "admin", **given: object) -> SearchPage:
    given = {"limit": 10, **given}
    return services.search.find_passages(query, tree(services, by), **given)  # type: ignore[arg-type]


def texts(page: SearchPage) -> list[str]:
    return ["".join(part.text for part in hit.snippet) for hit in page.hits]


def searched_job(services: app.Services, elementlist: ElementList, **given: object) -> str:
    job_id = finished_job(services, elementlist, **given)  # type: ignore[arg-type]
    services.search_index.fill(budget_s=60)
    return job_id


def count(services: app.Services, table: sa.Table) -> int:
    with services.database.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_passage_is_found_with_its_job_time_and_words(services: app.Services) -> None:
    searched_job(services, say("Nothing here."))
    job = searched_job(services, say("The harbour is old.", "The sea is deep and blue.", gap=1000))
    page = find(services, "deep SÉA")
    [hit] = page.hits
    assert (hit.job_id, hit.job_name, hit.language, hit.iwp_name) == (job, "by hand", "en", Iwp.FINAL)
    assert (hit.start_ms, hit.end_ms) == (2200, 4000)
    assert [(part.text, part.is_match) for part in hit.snippet] == [
        ("The ", False),
        ("sea", True),
        (" is ", False),
        ("deep", True),
        (" and blue.", False),
    ]
    assert (page.next_before, page.pending) == (None, 0)


@pytest.mark.parametrize(
    ("said", "query", "hits"),
    [
        ("The sea is deep.", '"sea is"', 1),
        ("The sea is deep.", '"is sea"', 0),
        ("The sea is deep.", "sea lake", 0),
        ("The sea is deep.", "dee*", 1),
        ("The sea is deep.", "dee", 0),
        ("Crème brûlée, s'il vous plaît.", "creme plait s'il", 1),
        ("私 は 東京タワー に います。", "東京", 1),
        ("私 は 東京タワー に います。", "京東", 0),
        ("Привет, ёлка!", "елка", 1),
        ("Version 1e5 costs 3.50 at example.com/a-b.", "1e5 3.50 example.com", 1),
        ("Version 1e5 costs 3.50 at example.com/a-b.", '"com a b"', 1),
        ("The sea.", "sea' OR '1'='1", 0),
        ("The sea.", "tokens:sea NOT", 0),
    ],
)
def test_words_phrases_and_beginnings_in_several_languages(
    services: app.Services, said: str, query: str, hits: int
) -> None:
    searched_job(services, say(said))
    assert len(find(services, query).hits) == hits


def test_only_the_callers_tree_and_the_named_job_are_searched(services: app.Services) -> None:
    marias = searched_job(services, say("The sea is deep."), username="maria")
    nils = searched_job(services, say("The sea is deep."), username="nils")
    assert [hit.job_id for hit in find(services, "sea", by="maria").hits] == [marias]
    assert [hit.job_id for hit in find(services, "sea").hits] == [nils, marias]
    assert [hit.job_id for hit in find(services, "sea", job_id=marias).hits] == [marias]
    assert find(services, "sea", by="nils", job_id=marias).hits == []


def test_a_tree_of_many_accounts_is_searched_as_well(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MAX_NAMED_ACCOUNTS", 0)
    marias = searched_job(services, say("The sea is deep."), username="maria")
    searched_job(services, say("The sea is deep."), username="nils")
    assert [hit.job_id for hit in find(services, "sea", by="maria").hits] == [marias]


def test_pages_follow_each_other_newest_first(services: app.Services) -> None:
    for number in range(3):
        searched_job(services, say(f"Sea {number} a.", f"Sea {number} b."))
    found, before = [], None
    while True:
        page = find(services, "sea", limit=4, before=before)
        found += texts(page)
        before = page.next_before
        if before is None:
            break
    assert found == ["Sea 2 a.", "Sea 2 b.", "Sea 1 a.", "Sea 1 b.", "Sea 0 a.", "Sea 0 b."]


def test_a_newer_version_takes_the_place_of_the_older(services: app.Services) -> None:
    job = searched_job(services, say("The see is deep."))
    task_id = services.jobs.find_job(job).order_task_id
    assert task_id is not None
    with services.database.write() as connection:
        compressed = zlib.compress(to_json(say("The sea is deep.")))
        services.elementlists.store(connection, job, task_id[::-1], (Iwp.FINAL,), compressed)
    page = find(services, "deep")
    assert (texts(page), page.pending) == (["The see is deep."], 1)
    assert services.search_index.fill(budget_s=60) == 1
    assert texts(find(services, "deep")) == ["The sea is deep."]
    assert find(services, "see").hits == []
    assert services.search_index.fill(budget_s=60) == 0


def test_the_newest_final_counts_and_without_one_the_newest(services: app.Services) -> None:
    versions = indexing.searched_version
    made = [services.elementlists.versions(searched_job(services, say("The sea.")))][0]
    assert [each.iwp_name for each in made] == [Iwp.MECHANICAL, Iwp.FINAL]
    assert versions([made[1], made[0]]) == made[1]
    assert versions(made[:1]) == made[0]
    assert versions([]) is None


def test_jobs_of_before_the_search_are_indexed_bit_by_bit(services: app.Services) -> None:
    jobs = [finished_job(services, say(f"Sea {number}.")) for number in range(5)]
    assert find(services, "sea").pending == 5
    assert services.search_index.fill(budget_s=0) == 0
    done = 0
    while found := services.search_index.fill(budget_s=0.001):
        done += found
    assert done == 5
    assert {hit.job_id for hit in find(services, "sea").hits} == set(jobs)


def test_long_sentences_are_found_by_phrases_across_their_parts(services: app.Services) -> None:
    words = [f"word{number}" for number in range(200)]
    searched_job(services, say(" ".join(words)))
    for start in range(196):
        assert find(services, f'"{" ".join(words[start : start + 4])}"').hits, start
    assert count(services, passages) > 2


@pytest.mark.parametrize("how", ["deleted", "retention"])
def test_what_is_erased_is_found_no_more(services: app.Services, how: str) -> None:
    job = searched_job(services, say("The sea is deep."))
    if how == "deleted":
        services.jobs.delete(job, None)
    else:
        assert services.retention.erase_part(job, ErasedPart.RESULTS)
    assert find(services, "sea").hits == []
    assert (count(services, passages), count(services, search_lists)) == (0, 0)


def test_a_job_that_is_erased_while_it_is_indexed_leaves_nothing(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = finished_job(services, say(*[f"Line {number}." for number in range(10)]))
    monkeypatch.setattr(indexing, "ROWS", 4)
    body = services.elementlists.body

    def read(job_id: str, version: object) -> bytes:
        found = body(job_id, version)  # type: ignore[arg-type]
        services.jobs.delete(job, None)
        return found

    monkeypatch.setattr(services.elementlists, "body", read)
    services.search_index.fill(budget_s=60)
    assert (count(services, passages), count(services, search_lists)) == (0, 0)


def test_a_list_that_cannot_be_read_holds_up_no_other(services: app.Services) -> None:
    broken = finished_job(services, say("The sea is deep."))
    with services.database.write() as connection:
        connection.execute(
            element_lists.update()
            .where(element_lists.c.job_id == broken)
            .values(compressed=zlib.compress(b"{}"))
        )
    job = searched_job(services, say("The sea is blue."))
    page = find(services, "sea")
    assert ([hit.job_id for hit in page.hits], page.pending) == ([job], 0)


def test_a_search_that_takes_too_long_says_so(
    services: app.Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched_job(services, say(*["The sea is deep."] * 2000))
    monkeypatch.setattr(time_limit, "MAX_S", 0.001)
    monkeypatch.setattr(time_limit, "STEPS", 1)
    with pytest.raises(InvalidQuery, match="too many passages"):
        find(services, "sea*", limit=100_000)
    monkeypatch.undo()
    assert len(find(services, "sea", limit=5).hits) == 5
