"""The kinds of questions beyond the simplest, on the pages that companies fill."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from companies.models import Contact, Participation
from diagnostics import services
from diagnostics.models import Answer, Diagnostic

from .conftest import entries
from .documents import rich_document

pytestmark = pytest.mark.django_db
NOW, NEXT = "maintenant", "ensuite"


@pytest.fixture
def diagnostic(participation: Participation, contact: Contact, officer: User) -> Diagnostic:
    """An open diagnostic of the questionnaire that uses every kind."""
    imported = services.import_questionnaire(actor=None, document=rich_document())
    version = services.publish_version(actor=None, version=imported)
    return services.open_diagnostic(
        actor=officer, participation=participation, questionnaire=version.questionnaire, contact=contact
    )


@pytest.fixture
def company(signed_in: Callable[[User], Client], manager: User) -> Client:
    return signed_in(manager)


def section(client: Client, diagnostic: Diagnostic, code: str) -> str:
    return client.get(f"/essai/espace/diagnostics/{diagnostic.pk}/parties/{code}/").content.decode()


def leave(client: Client, diagnostic: Diagnostic, code: str, **data: Any) -> Any:
    return client.post(f"/essai/espace/diagnostics/{diagnostic.pk}/parties/{code}/", data)


def autosave(client: Client, diagnostic: Diagnostic, code: str, **data: Any) -> str:
    url = f"/essai/espace/diagnostics/{diagnostic.pk}/reponses/{code}/"
    return client.post(url, data, headers={"HX-Request": "true"}).content.decode()


def question(page: str, code: str) -> str:
    """The markup of one question."""
    return page.partition(f'<div id="question-{code}"')[2].partition('<div id="question-')[0]


def test_columns_are_boxes_named_by_row_and_column(company: Client, diagnostic: Diagnostic):
    page = question(section(company, diagnostic, NOW), "domaines")
    assert page.count('type="checkbox" name="q-domaines-now"') == 3
    assert page.count('type="checkbox" name="q-domaines-later"') == 3
    assert '<span class="visually-hidden">B – Plus tard</span>' in page
    assert 'hx-params="c-domaines,q-domaines-now,q-domaines-later"' in page

    autosave(company, diagnostic, "domaines", **{"q-domaines-now": ["b", "a"], "q-domaines-later": ["none"]})
    assert Answer.objects.get().value == {"now": ["a", "b"], "later": ["none"]}
    page = question(section(company, diagnostic, NOW), "domaines")
    assert re.findall(r'name="(q-domaines-\w+)" value="(\w+)"(?: data-exclusive)? checked', page) == [
        ("q-domaines-now", "a"),
        ("q-domaines-now", "b"),
        ("q-domaines-later", "none"),
    ]


def test_in_a_column_the_last_gesture_wins_without_script(company: Client, diagnostic: Diagnostic):
    services.save_answers(
        actor=None, diagnostic=diagnostic, entries=entries(domaines={"now": ["a"], "later": ["b"]})
    )
    data = {"vu": "domaines", "q-domaines-now": ["a", "none"], "q-domaines-later": ["b"]}
    assert leave(company, diagnostic, NOW, **data).status_code == 302
    assert Answer.objects.get().value == {"now": ["none"], "later": ["b"]}


def test_a_note_is_read_and_a_nested_question_shows_below_what_opens_it(
    company: Client, diagnostic: Diagnostic
):
    page = section(company, diagnostic, NOW)
    note = question(page, "lire")
    assert "Question lire ?" in note
    assert "<input" not in note
    assert "hidden></div>" in question(page, "suivi")
    opened = autosave(company, diagnostic, "appui", **{"q-appui": "oui"})
    assert 'class="card question nested"' in opened


def test_named_steps_are_read_by_their_names(company: Client, diagnostic: Diagnostic):
    page = question(section(company, diagnostic, NOW), "degre")
    assert re.findall(r"<span>(Bas|Moyen|Haut|Très haut)</span>", page) == [
        "Bas",
        "Moyen",
        "Haut",
        "Très haut",
    ]


def test_a_set_answer_says_so_follows_its_source_and_can_be_changed(company: Client, diagnostic: Diagnostic):
    moved = autosave(company, diagnostic, "appui", **{"q-appui": "non"})
    reason = (
        "Rempli d’après votre réponse à «\u00a0Question appui ?\u00a0». Vous pouvez changer cette réponse-ci."
    )
    assert reason in moved
    assert 'name="q-suivi" value="non" checked' in question(moved, "suivi")
    assert 'name="q-degre" value="1" checked' in question(moved, "degre")
    # Sent back as it is by a page without script, it is not taken for the person's own answer.
    leave(company, diagnostic, NOW, **{"vu": ["suivi", "degre"], "q-suivi": "non", "q-degre": "1"})
    assert set(Answer.objects.values_list("question_code", flat=True)) == {"appui"}

    leave(company, diagnostic, NOW, **{"vu": ["suivi", "degre"], "q-suivi": "oui", "q-degre": "1"})
    assert Answer.objects.get(question_code="suivi").value == "oui"
    moved = autosave(company, diagnostic, "appui", **{"q-appui": "oui"})
    assert "question-suivi" not in moved
    assert "checked" not in question(moved, "degre")


def test_a_hidden_choice_cannot_be_ticked_and_comes_back(company: Client, diagnostic: Diagnostic):
    page = question(section(company, diagnostic, NEXT), "outils")
    assert '<label class="choice" hidden><input type="checkbox" name="q-outils" value="b" disabled>' in page
    services.save_answers(actor=None, diagnostic=diagnostic, entries=entries(appui="oui"))
    page = question(section(company, diagnostic, NEXT), "outils")
    assert '<label class="choice"><input type="checkbox" name="q-outils" value="b">' in page


def test_too_many_ticks_and_a_fraction_are_refused_in_words(company: Client, diagnostic: Diagnostic):
    refused = autosave(company, diagnostic, "outils", **{"q-outils": ["a", "c", "risque"]})
    assert "Choisissez au plus 2 réponses." in refused
    assert "Écrivez un nombre entier." in autosave(company, diagnostic, "jours", **{"q-jours": "2,5"})


def test_the_result_tells_columns_apart_and_what_capped_a_dimension(company: Client, diagnostic: Diagnostic):
    given = entries(
        appui="non",
        domaines={"now": ["a"], "later": ["none"]},
        rythme={"r1": 4, "r2": 4},
        outils=["a", "risque"],
        jours="5",
    )
    services.save_answers(actor=None, diagnostic=diagnostic, entries=given)
    services.submit_diagnostic(actor=None, diagnostic=diagnostic)
    page = company.get(f"/essai/espace/diagnostics/{diagnostic.pk}/resultat/").content.decode()
    assert "Question domaines ? – Aujourd’hui" in page
    assert "Question domaines ? – Plus tard" in page
    assert "Un risque est pris." in page
    assert "Rien pour plus tard." in page
    # « degre » was set by another answer, and counted.
    assert "Bas" in page
