"""Promises X2 to X4 on every route, so that a new one cannot escape."""

import itertools
import re
from collections.abc import Callable

import pytest
from sqlalchemy import inspect
from typer.testing import CliRunner

from pipeline import cli
from pipeline.errors import ConfigError
from pipeline.model import ChangeKind
from pipeline.review import app as application
from pipeline.review.access import AccessRules, check_listening, hash_password
from pipeline.review.app import routes
from pipeline.review.guard import HEADERS, LARGEST_BODY, POLICY
from pipeline.store.accounts import remove_reviewer, save_reviewer
from pipeline.store.database import Database, open_database
from tests.review.conftest import NOW, Review

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
PASSWORD = "correct horse battery"


def every_path(review: Review) -> list[str]:
    """The path of every route, with values that exist and with values that do not."""
    known = {"change": review.changes[1].id, "watch": "bridge", "question": "closing", "verdict": "accept", "view": "1", "name": "review.css"}
    found = []
    for route in routes():
        names = re.findall(r"{(\w+):\w+}", route.path)
        for values in (known, dict.fromkeys(names, "0")):
            found.append(re.sub(r"{(\w+):\w+}", lambda match, values=values: values[match[1]], route.path))
    return list(dict.fromkeys(found))


def everything(database: Database) -> dict[str, list[tuple]]:
    """All rows of all tables, whatever they are."""
    with database.reading() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))
            for name in inspect(connection).get_table_names()
            if not name.startswith(("claim_words", "change_words"))
        }


def add_user(review: Review, name: str = "ann") -> None:
    with review.database.writing() as connection:
        save_reviewer(connection, name, hash_password(PASSWORD), NOW)


def logged_in(review: Review, name: str = "ann") -> None:
    page = review.client.get("/login").text
    token = page.split('name="csrf" value="')[1].split('"')[0]
    answer = review.client.post("/login", data={"csrf": token, "name": name, "password": PASSWORD, "next": "/help"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/help")


def test_no_route_lets_anything_but_looking_through_without_a_token(review: Review):
    before = everything(review.database)
    paths = every_path(review)
    assert len(paths) > 50
    for path, method in itertools.product(paths, METHODS[2:]):
        assert review.client.request(method, path).status_code == 403, (method, path)
        if method == "POST":
            assert review.client.post(path, data={"csrf": "x", "version": "0"}).status_code == 403, path
    assert everything(review.database) == before


def test_looking_changes_nothing_on_any_route_and_every_answer_has_the_headers(review: Review):
    before = everything(review.database)
    seen = set()
    for path in every_path(review):
        for method in ("GET", "HEAD"):
            answer = review.client.request(method, path, follow_redirects=False)
            seen.add(answer.status_code)
            for name, value in HEADERS.items():
                assert answer.headers.get(name) == value or name == "cache-control", (path, name)
            assert not answer.headers.get("access-control-allow-origin")
    assert {200, 404} <= seen
    assert 500 not in seen
    assert everything(review.database) == before


def test_errors_of_every_kind_have_the_headers_too(review: Review, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(application.inbox, "change_filter", lambda *_: 1 / 0)
    review.client.get("/help")
    answers = {
        400: review.client.get("/claims?low=many"), 403: review.client.post("/decide"), 404: review.client.get("/nothing"),
        405: review.post("/help"), 413: review.client.post("/decide", content=b"x" * (LARGEST_BODY + 1)), 500: review.client.get("/"),
        421: review.client.get("/", headers={"host": "evil.example"}),
        409: review.post(f"/changes/{review.changes[0].id}/accept", version=7), 503: broken_config(review),
    }  # fmt: skip
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-security-policy"] == POLICY
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert "ZeroDivision" not in answers[500].text


def broken_config(review: Review):
    (review.config / "watches.toml").write_text("nonsense = ")
    return review.client.get("/watches")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"sec-fetch-site": "none"}],
)
def test_even_with_the_token_nothing_is_changed_from_another_site(review: Review, headers: dict[str, str]):
    path = f"/changes/{review.changes[0].id}/accept"
    answer = review.client.post(path, data={"csrf": review.token(), "version": "0"}, headers=headers)
    assert answer.status_code == 403
    assert review.state(review.changes[0]) == "new"
    form = {"origin": "null", "sec-fetch-site": "same-origin"}
    assert review.client.post(path, data={"csrf": review.token(), "version": "0"}, headers=form, follow_redirects=False).status_code == 303
    review.post("/undo")
    path = f"/changes/{review.changes[1].id}/accept"
    own = {"origin": "http://127.0.0.1", "sec-fetch-site": "same-origin", "accept": "application/json"}
    assert review.client.post(path, data={"csrf": review.token(), "version": "0"}, headers=own).status_code == 200


def test_the_token_of_another_session_is_no_token(review: Review, make_review: Callable[..., Review]):
    token = review.token()
    review.client.cookies.clear()
    review.token()
    assert review.client.post("/decide", data={"csrf": token}).status_code == 403


@pytest.mark.parametrize("verdict", ["accept", "dismiss", "snooze", "reopen", "unseen", "split", "same"])
def test_every_verdict_on_an_old_version_is_refused(review: Review, verdict: str):
    change = next(item for item in review.changes if item.kind is ChangeKind.DATE_MOVED)
    review.post(f"/changes/{change.id}/seen", version=0)
    review.post(f"/changes/{change.id}/note", version=0, note="x")
    if verdict in ("reopen",):
        review.post(f"/changes/{change.id}/accept", version=1)
    before = everything(review.database)
    answer = review.post(f"/changes/{change.id}/{verdict}", version=0)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.json()["error"]
    assert everything(review.database) == before


def test_a_list_that_has_changed_meanwhile_is_not_decided_on(review: Review):
    assert review.post("/decide", every="dismiss", filter="state=inbox", expected=99).status_code == 409
    assert review.post("/decide", every="dismiss", filter="state=inbox", expected=5).json()["changed"] == 5


def test_without_users_only_this_machine_comes_in_and_no_foreign_name(review: Review):
    assert review.client.get("/", headers={"host": "127.0.0.1:8040"}).status_code == 200
    assert review.client.get("/", headers={"host": "localhost"}).status_code == 200
    assert review.client.get("/", headers={"host": "[::1]:1"}).status_code == 200
    assert review.client.get("/", headers={"host": "rebound.example"}).status_code == 421


def test_with_a_user_nobody_reads_or_decides_without_logging_in(review: Review):
    add_user(review)
    for path in every_path(review):
        answer = review.client.get(path, follow_redirects=False)
        if not path.startswith(("/login", "/static/", "/favicon.ico", "/healthz")):
            assert answer.status_code in (303, 401), path
            assert SECRET_WORD not in answer.text
    logged_in(review)
    assert review.client.get("/").status_code == 200
    assert review.post(f"/changes/{review.changes[0].id}/accept", version=0).status_code == 200
    assert review.client.get(f"/changes/{review.changes[0].id}.json").json()["review"]["by"] == "ann"


SECRET_WORD = "the mayor said"


def test_a_new_password_and_a_removed_user_end_the_sessions(review: Review):
    add_user(review)
    logged_in(review)
    with review.database.writing() as connection:
        save_reviewer(connection, "ann", hash_password("another long one"), NOW)
    assert review.client.get("/", follow_redirects=False).status_code == 303


def test_a_cookie_that_was_tampered_with_is_no_cookie(review: Review):
    add_user(review)
    logged_in(review)
    value = review.client.cookies["claimwatch"]
    review.client.cookies.clear()
    review.client.cookies.set("claimwatch", value[:-2] + "AA", domain="127.0.0.1")
    assert review.client.get("/", follow_redirects=False).status_code == 303


def test_guessing_passwords_is_slowed_down_and_forgotten_after_a_while(make_review: Callable[..., Review]):
    seconds = [0.0]
    review = make_review(clock=lambda: seconds[0])
    add_user(review)

    def attempt(password: str):
        token = review.client.get("/login").text.split('name="csrf" value="')[1].split('"')[0]
        return review.client.post("/login", data={"csrf": token, "name": "ann", "password": password}, follow_redirects=False)

    assert [attempt("wrong").status_code for _ in range(6)] == [403] * 5 + [429]
    refused = attempt(PASSWORD)
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    seconds[0] = 901
    assert attempt(PASSWORD).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)", "/\t/evil.example", "/%0d%0aX: y"])
def test_logging_in_and_deciding_lead_to_no_other_site(review: Review, target: str):
    answer = review.post("/undo", json=False, back=target)
    assert answer.status_code in (303, 404)
    done = review.post(f"/changes/{review.changes[0].id}/accept", json=False, version=0, back=target)
    assert done.status_code == 303
    assert re.match(r"/[^/\\]|/\?", done.headers["location"])


def test_behind_a_proxy_its_header_says_who_it_is_and_only_its_word_counts(make_review: Callable[..., Review]):
    rules = AccessRules(header="x-remote-user", proxies=("10.0.0.9",), loopback=False)
    review = make_review(rules=rules, client=("10.0.0.9", 1))
    assert review.client.get("/", headers={"x-remote-user": "kim"}).status_code == 200
    assert review.client.get("/", headers={}).status_code == 403
    other = make_review(rules=rules, client=("10.0.0.8", 1))
    assert other.client.get("/", headers={"x-remote-user": "kim"}).status_code == 403


def test_a_token_reads_feeds_and_data_and_nothing_else(review: Review):
    add_user(review)
    logged_in(review)
    token = review.client.get("/outputs").text.split("?token=")[1].split("<")[0]
    review.client.cookies.clear()
    for path in ("/feeds/all.atom", "/changes.json", "/claims.csv", "/export/bridge.zip"):
        assert review.client.get(f"{path}?token={token}").status_code == 200
        assert review.client.get(path, headers={"authorization": f"Bearer {token}"}).status_code == 200
        for wrong in ("", "x", token[:-1], f"{token}0", "ff.ff", "é"):
            assert review.client.get(path, params={"token": wrong}).status_code == 401
    assert review.client.get(f"/?token={token}", follow_redirects=False).status_code == 303
    with review.database.writing() as connection:
        save_reviewer(connection, "ann", hash_password("another long one"), NOW)
    assert review.client.get(f"/feeds/all.atom?token={token}").status_code == 401


@pytest.mark.parametrize(
    ("host", "rules", "has_users", "starts"),
    [
        ("127.0.0.1", AccessRules(), False, True), ("::1", AccessRules(), False, True), ("localhost", AccessRules(), False, True),
        ("0.0.0.0", AccessRules(), False, False), ("::", AccessRules(), False, False), ("192.0.2.7", AccessRules(), False, False),
        ("review.example", AccessRules(), False, False), ("0.0.0.0", AccessRules(), True, True), ("0.0.0.0", AccessRules(header="x-user"), False, True),
    ],
)  # fmt: skip
def test_it_listens_beyond_this_machine_only_if_people_are_known(host: str, rules: AccessRules, has_users: bool, starts: bool):
    if starts:
        check_listening(host, rules, has_users=has_users)
    else:
        with pytest.raises(ConfigError, match="will not listen"):
            check_listening(host, rules, has_users=has_users)


def test_the_last_user_gone_opens_nothing_where_it_listens_beyond_this_machine(make_review: Callable[..., Review]):
    review = make_review(rules=AccessRules(loopback=False))
    add_user(review)
    logged_in(review)
    with review.database.writing() as connection:
        remove_reviewer(connection, "ann")
    answer = review.client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2F")


def test_the_command_refuses_an_open_address_and_keeps_users(sqlite_url: str, config):
    runner = CliRunner()
    where = ["--config", str(config), "--database", sqlite_url]
    open_database(sqlite_url).close()
    refused = runner.invoke(cli.app, ["review", *where, "--host", "0.0.0.0"])
    assert isinstance(refused.exception, ConfigError)
    assert refused.exception.exit_code == 2
    assert "user add" in str(refused.exception)
    short = runner.invoke(cli.app, ["review", "user", "add", "ann", *where], input="short\n")
    assert isinstance(short.exception, ConfigError)
    assert runner.invoke(cli.app, ["review", "user", "add", "ann", *where], input=f"{PASSWORD}\n").output == "ann may log in.\n"
    assert runner.invoke(cli.app, ["review", "user", "list", *where]).output == "ann\n"
    database = open_database(sqlite_url)
    assert PASSWORD not in repr(everything(database))
    database.close()
    assert runner.invoke(cli.app, ["review", "user", "remove", "ann", *where]).exit_code == 0
    assert "Nobody" in runner.invoke(cli.app, ["review", "user", "list", *where]).output
