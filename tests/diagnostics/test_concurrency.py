"""Two tabs, two clicks, at the same instant: nothing is lost, nothing happens twice."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from core.errors import BusinessError
from core.models import AuditEvent
from diagnostics import services
from diagnostics.models import Answer, AnswerRevision, Diagnostic, DimensionScore, QuestionnaireVersion
from diagnostics.selectors.filling import diagnostic_for
from programme.models import Programme
from programme.selectors import caller_access

from .conftest import COMPLETE, entries

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _file_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """SQLite in memory is one connection: threads need a file, as in production."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    in_memory, name = connection.connection, connection.settings_dict["NAME"]
    file = tmp_path / "essai.sqlite3"
    with contextlib.closing(sqlite3.connect(file)) as copy:
        in_memory.backup(copy)
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    try:
        yield
    finally:
        connection.close()
        connection.connection, connection.settings_dict["NAME"] = in_memory, name


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time, each on its own connection; their results or errors."""
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(rank: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            results[rank] = call()
        except BusinessError as error:
            results[rank] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(rank, call)) for rank, call in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


def test_two_tabs_the_last_wins_and_the_other_is_in_the_history(diagnostic: Diagnostic, manager: User):
    def save(**values: Any) -> Callable[[], Any]:
        return lambda: services.save_answers(
            actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk), entries=entries(**values)
        )

    results = together(save(usage="oui"), save(usage="non"), save(ambition=4))
    assert not [each for each in results if isinstance(each, Exception)]
    revisions = AnswerRevision.objects.order_by("pk")
    said = [revision.value for revision in revisions if revision.question_code == "usage"]
    assert sorted(said) == ["non", "oui"]
    assert Answer.objects.get(question_code="usage").value == said[-1]
    assert Answer.objects.get(question_code="ambition").value == 4
    diagnostic.refresh_from_db()
    assert diagnostic.answered_count == 2


def test_two_clicks_hand_in_once(diagnostic: Diagnostic, manager: User):
    services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))

    def submit() -> Any:
        return services.submit_diagnostic(
            actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk)
        ).submitted_at

    first, second = together(submit, submit)
    assert first == second
    assert DimensionScore.objects.count() == 3
    assert AuditEvent.objects.filter(verb="diagnostic.submitted").count() == 1


def test_two_clicks_open_once(participation: Any, version: QuestionnaireVersion, officer: User):
    def open_one() -> int:
        return services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=version.questionnaire
        ).pk

    first, second = together(open_one, open_one)
    assert first == second
    assert Diagnostic.objects.count() == 1


def test_colleagues_on_the_same_page_lose_nothing(
    diagnostic: Diagnostic, manager: User, programme: Programme
):
    """Two colleagues and the manager, four answers each at the same instant, some of them the same."""
    people = [manager]
    for name in ("leo", "mia"):
        person = services.Person(f"{name}@tissages.example", name.capitalize())
        services.invite_contributor(
            actor=manager, diagnostic=diagnostic, person=person, sections=["strategie", "donnees"]
        )
        people.append(User.objects.get(email=person.email))

    def save(user: User, code: str, value: Any) -> Callable[[], Any]:
        def call() -> Any:
            mine = diagnostic_for(caller_access(user, programme), diagnostic.pk)
            return services.save_answers(actor=user, diagnostic=mine, entries=entries(**{code: value}))

        return call

    given = {"usage": ("oui", "non", "peu"), "ambition": (2, 3, 4), "sources": (["a"], ["b"], ["c"])}
    calls = [
        save(person, code, values[rank])
        for code, values in given.items()
        for rank, person in enumerate(people)
    ]
    results = together(*calls)
    assert not [each for each in results if isinstance(each, Exception)]
    for code, values in given.items():
        revisions = AnswerRevision.objects.filter(question_code=code).order_by("pk")
        assert sorted(map(str, revisions.values_list("value", flat=True))) == sorted(map(str, values))
        kept = Answer.objects.get(question_code=code)
        last = revisions.last()
        assert last is not None
        assert (kept.value, kept.saved_by_id) == (last.value, last.saved_by_id)
    diagnostic.refresh_from_db()
    assert diagnostic.answered_count == 3


def test_closing_and_a_last_answer_never_disagree(
    diagnostic: Diagnostic, manager: User, programme: Programme
):
    """The last answer of somebody who answers alone is compared, or refused: never lost in between."""
    person = services.Person("leo@tissages.example", "Martin")
    services.invite_view(actor=manager, diagnostic=diagnostic, person=person, point_of_view="Atelier")
    leo = User.objects.get(email=person.email)
    seat = diagnostic_for(caller_access(leo, programme), diagnostic.pk)
    services.save_answers(actor=leo, diagnostic=seat, entries=entries(ambition=2))
    saved, closed = together(
        lambda: services.save_answers(
            actor=leo,
            diagnostic=diagnostic_for(caller_access(leo, programme), diagnostic.pk),
            entries=entries(ambition=5),
        ),
        lambda: services.close_views(actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk)),
    )
    assert not isinstance(closed, BusinessError)
    own = Answer.objects.get(respondent__is_main=False, question_code="ambition").value
    retained = Answer.objects.get(respondent__is_main=True, question_code="ambition").value
    assert own == retained == (2 if isinstance(saved, BusinessError) else 5)


def test_two_clicks_close_once(diagnostic: Diagnostic, manager: User, programme: Programme):
    person = services.Person("leo@tissages.example", "Martin")
    services.invite_view(actor=manager, diagnostic=diagnostic, person=person, point_of_view="Atelier")
    leo = User.objects.get(email=person.email)
    seat = diagnostic_for(caller_access(leo, programme), diagnostic.pk)
    services.save_answers(actor=leo, diagnostic=seat, entries=entries(ambition=2))

    def close() -> Any:
        return services.close_views(actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk)).mode

    assert together(close, close) == ["reconciling", "reconciling"]
    assert AuditEvent.objects.filter(verb="diagnostic.views_closed").count() == 1


def test_an_answer_and_the_handing_in_never_disagree(diagnostic: Diagnostic, manager: User):
    services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
    saved, submitted = together(
        lambda: services.save_answers(
            actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk), entries=entries(ambition=1)
        ),
        lambda: services.submit_diagnostic(
            actor=manager, diagnostic=Diagnostic.objects.get(pk=diagnostic.pk)
        ),
    )
    kept = Answer.objects.get(question_code="ambition").value
    score = DimensionScore.objects.get(dimension_code="strategie").score_tenths
    assert (kept, score) == ((4, 667) if isinstance(saved, BusinessError) else (1, 167))
    assert submitted.status == "submitted"
