"""Questions answered by files: defined, filled with and without script, reviewed, handed in, told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from companies.models import Participation
from core.errors import BusinessError
from diagnostics import services
from diagnostics.answers import (
    Answer,
    AnswerError,
    Typed,
    read_authored,
    read_stored,
    read_typed,
    stored_value,
)
from diagnostics.conditions import what_is_shown
from diagnostics.definition import DefinitionError, parse_definition
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import AnswerFile, AnswerRevision, Diagnostic, Respondent
from diagnostics.selectors.answers_document import answers_context
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.selectors.results import diagnostic_with_result
from diagnostics.services import Person
from diagnostics.wording import answer_words
from programme.models import Programme
from programme.selectors import caller_access

from .documents import LEVELS, dimension, document, plain, single

PDF = b"%PDF-1.7\n1 0 obj\n%%EOF\n"
SignIn = Callable[[User], Client]
HTMX = {"HX-Request": "true"}


def upload(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content + name.encode(), "application/pdf")


def asked() -> dict[str, Any]:
    """A section that asks for files, and for more once they are there."""
    return document(
        dimension(
            "pieces",
            single("usage"),
            plain("devis", "file", help="Le dernier reçu.", not_applicable=True),
            plain("photo", "file", most_files=1, required=False),
            plain("montant", "number", show_if={"question": "devis", "answered": True}),
        ),
        levels=LEVELS,
    )


class TestDefinition:
    def test_its_answer_is_the_names_of_its_files(self):
        question = parse_definition(asked()).questions["devis"]
        assert read_stored(question, ["a.pdf", "b.pdf"]) == ("a.pdf", "b.pdf")
        assert stored_value(question, ("a.pdf", "b.pdf")) == ["a.pdf", "b.pdf"]
        assert read_stored(question, []) is None
        assert read_typed(question, Typed()) is None
        assert read_authored(question, ["a.pdf"]) == Answer(("a.pdf",))
        assert answer_words(question, Answer(("a.pdf", "b.pdf"))) == "a.pdf, b.pdf"
        with pytest.raises(AnswerError):
            read_stored(question, "a.pdf")

    def test_a_condition_knows_only_whether_there_is_one(self):
        definition = parse_definition(asked())
        assert "montant" not in what_is_shown(definition, {}).questions
        assert "montant" in what_is_shown(definition, {"devis": Answer(("a.pdf",))}).questions

    @pytest.mark.parametrize(
        "wrong",
        [
            plain("x", "file", weight=1),
            plain("x", "file", most_files=9),
            plain("x", "date", most_files=1),
            plain("x", "date", show_if={"question": "f", "equals": "a.pdf"}),
            plain("x", "date", show_if={"question": "f", "at_least": 2}),
        ],
    )
    def test_what_a_file_cannot_be_is_refused(self, wrong: dict[str, Any]):
        with pytest.raises(DefinitionError):
            parse_definition(document(dimension("s", single("u"), plain("f", "file"), wrong)))


@pytest.fixture
def opened(programme: Programme, participation: Participation, officer: User) -> Diagnostic:
    """A diagnostic that asks for files."""
    version = services.import_questionnaire(actor=None, document=asked(), programme=programme)
    services.publish_version(actor=None, version=version)
    return services.open_diagnostic(
        actor=officer, participation=participation, questionnaire=version.questionnaire
    )


@pytest.fixture
def filled(opened: Diagnostic, officer: User) -> Diagnostic:
    """The same, its other question answered."""
    services.save_answers(actor=officer, diagnostic=opened, entries={"usage": services.Entry("oui")})
    return opened


def base(diagnostic: Diagnostic) -> str:
    return f"/essai/espace/diagnostics/{diagnostic.pk}/"


def value_of(code: str = "devis") -> Any:
    row = AnswerRow.objects.filter(question_code=code, respondent__is_main=True).first()
    return row.value if row else None


@pytest.mark.django_db
class TestFilling:
    def test_a_file_sent_by_script_is_the_answer_at_once(
        self, filled: Diagnostic, officer: User, signed_in: SignIn
    ):
        client, address = signed_in(officer), f"{base(filled)}reponses/devis/fichiers/"
        page = client.get(f"{base(filled)}parties/pieces/").content.decode()
        assert f'hx-post="{address}"' in page
        assert 'enctype="multipart/form-data"' in page
        answer = client.post(address, {"f-devis": upload("a.pdf")}, headers=HTMX).content.decode()
        assert "a.pdf" in answer
        assert 'id="question-montant" hx-swap-oob="true" class' in answer, "what it opens comes with it"
        assert value_of() == ["a.pdf"]
        client.post(address, {"f-devis": [upload("b.pdf"), upload("c.pdf")]}, headers=HTMX)
        assert value_of() == ["a.pdf", "b.pdf", "c.pdf"]
        assert AnswerRevision.objects.filter(question_code="devis").count() == 3

    def test_without_script_the_file_goes_with_the_section(
        self, filled: Diagnostic, officer: User, signed_in: SignIn
    ):
        client, address = signed_in(officer), f"{base(filled)}parties/pieces/"
        sent = {"vu": ["devis", "photo"], "c-devis": "Le dernier.", "f-devis": upload("a.pdf")}
        opens = client.post(address, sent)
        assert value_of() == ["a.pdf"]
        assert AnswerRow.objects.get(question_code="devis").comment == "Le dernier."
        assert opens.status_code == 302
        again = client.post(address, {"vu": ["devis", "photo"], "c-devis": "Le dernier."})
        assert again.status_code == 302
        assert value_of() == ["a.pdf"], "leaving the page again takes nothing away"
        refused = client.post(address, {"vu": ["photo"], "f-photo": upload("p.exe")}).content.decode()
        assert "n’est pas d’un type accepté" in refused

    def test_taking_the_last_file_away_takes_the_answer_away(
        self, filled: Diagnostic, officer: User, signed_in: SignIn
    ):
        client = signed_in(officer)
        client.post(f"{base(filled)}reponses/devis/fichiers/", {"file": upload("a.pdf")})
        assert value_of() == ["a.pdf"]
        row = AnswerFile.objects.get()
        client.post(f"{base(filled)}fichiers/{row.pk}/retirer/")
        assert value_of() is None
        review = client.get(f"{base(filled)}relecture/").content.decode()
        assert "Question devis ?" in review

    def test_without_object_keeps_the_files_for_the_day_it_is_not(self, filled: Diagnostic, officer: User):
        services.attach_file(actor=officer, diagnostic=filled, question_code="devis", upload=upload("a.pdf"))
        for absent, value in ((True, None), (False, ["a.pdf"])):
            entry = services.Entry(None, not_applicable=absent)
            services.save_answers(actor=officer, diagnostic=filled, entries={"devis": entry})
            assert value_of() == value

    def test_the_questionnaire_says_how_many(self, filled: Diagnostic, officer: User):
        services.attach_file(actor=officer, diagnostic=filled, question_code="photo", upload=upload("a.pdf"))
        with pytest.raises(BusinessError, match="un fichier"):
            services.attach_file(
                actor=officer, diagnostic=filled, question_code="photo", upload=upload("b.pdf")
            )

    def test_nobody_forges_the_name_of_a_file(self, filled: Diagnostic, officer: User):
        services.save_answers(actor=officer, diagnostic=filled, entries={"devis": services.Entry(["x.pdf"])})
        assert value_of() is None

    def test_it_is_missing_until_it_is_there_then_named_in_the_receipt(
        self, filled: Diagnostic, officer: User, programme: Programme
    ):
        with pytest.raises(BusinessError) as refused:
            services.submit_diagnostic(actor=officer, diagnostic=filled)
        assert refused.value.code == "incomplete"
        services.attach_file(actor=officer, diagnostic=filled, question_code="devis", upload=upload("a.pdf"))
        services.save_answers(actor=officer, diagnostic=filled, entries={"montant": services.Entry("12")})
        services.submit_diagnostic(actor=officer, diagnostic=filled)
        context = answers_context(diagnostic_with_result(caller_access(officer, programme), filled.pk))
        line = next(each for each in context.sections[0].lines if each.question == "Question devis ?")
        assert (line.answer, line.files) == ("a.pdf", ())


@pytest.mark.django_db
def test_retaining_the_answer_of_a_point_of_view_retains_its_files(opened: Diagnostic, officer: User):
    for name, file in (("Direction", "a.pdf"), ("Atelier", "b.pdf")):
        person = Person(email=f"{name.lower()}@exemple.test", last_name=name)
        services.invite_view(actor=officer, diagnostic=opened, person=person, point_of_view=name)
        user = User.objects.get(email=person.email)
        alone = diagnostic_for(caller_access(user, opened.programme), opened.pk)
        services.attach_file(actor=user, diagnostic=alone, question_code="devis", upload=upload(file))
    services.close_views(actor=officer, diagnostic=opened)
    opened.refresh_from_db()
    workshop = Respondent.objects.get(diagnostic=opened, point_of_view="Atelier")
    for _twice in range(2):
        services.retain_answers(
            actor=officer, diagnostic=opened, choices={"devis": workshop.pk}, notes={"devis": "Le bon."}
        )
        assert value_of() == ["b.pdf"]
    main = AnswerFile.objects.get(respondent__is_main=True)
    assert main.file.name == "b.pdf"
    assert main.file_id != AnswerFile.objects.get(respondent=workshop).file_id, "each keeps its own"
