"""After the handing in: receipt with the answers, files, reopening, what counts in figures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from companies.models import Participation
from core.errors import BusinessError
from core.models import Job, StoredFile
from diagnostics import services
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import Answer, AnswerFile, Diagnostic, Reopening
from documents.models import Document
from observatory.counting import count_choices, counted_diagnostics

from .conftest import COMPLETE, entries

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def base(diagnostic: Diagnostic) -> str:
    return f"/essai/espace/diagnostics/{diagnostic.pk}/"


def upload(name: str = "devis.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestReceipt:
    def test_the_answers_go_by_e_mail_once(
        self, submitted: Diagnostic, manager: User, officer: User, run_jobs: Callable[[], int]
    ):
        run_jobs()
        receipts = [one for one in mail.outbox if "bien reçu" in one.subject]
        assert [one.to for one in receipts] == [[manager.email]]
        name, content, kind = receipts[0].attachments[0]
        assert name.endswith(".pdf")
        assert kind == "application/pdf"
        assert bytes(content).startswith(b"%PDF")
        submitted.refresh_from_db()
        assert submitted.receipt_at is not None
        document = Document.objects.get(kind="diagnostic-answers")
        answers = {
            line["question"]: line["answer"]
            for section in document.snapshot["content"]["sections"]
            for line in section["lines"]
        }
        assert answers["Question usage ?"] == "Un peu"
        assert answers["Question budget ?"].startswith("6")
        Job.objects.filter(name="diagnostics.receipt").update(status="queued", attempts=0)
        run_jobs()
        assert len([one for one in mail.outbox if "bien reçu" in one.subject]) == 1

    def test_the_respondent_and_whoever_handed_in_receive_it(
        self,
        diagnostic: Diagnostic,
        contact: Any,
        manager: User,
        officer: User,
        run_jobs: Callable[[], int],
    ):
        services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
        given = entries(**COMPLETE)
        services.save_answers(actor=officer, diagnostic=diagnostic, entries=given, by_staff=True)
        services.submit_diagnostic(actor=officer, diagnostic=diagnostic)
        run_jobs()
        receipts = {one.to[0]: one.body for one in mail.outbox if "bien reçu" in one.subject}
        assert set(receipts) == {manager.email, officer.email}
        assert "/comptes/lien/" in receipts[manager.email]
        assert "/comptes/lien/" not in receipts[officer.email]

    def test_the_pdf_is_for_those_who_read_everything(
        self, submitted: Diagnostic, manager: User, signed_in: SignIn, run_jobs: Callable[[], int]
    ):
        run_jobs()
        document = Document.objects.get(kind="diagnostic-answers")
        assert signed_in(manager).get(f"/essai/documents/{document.pk}/").status_code == 200


class TestFiles:
    def test_a_file_is_attached_read_and_taken_away(
        self, diagnostic: Diagnostic, manager: User, signed_in: SignIn
    ):
        client = signed_in(manager)
        leave = client.post(
            f"{base(diagnostic)}parties/strategie/",
            {"vu": ["usage"], "q-usage": "oui", "vers": "fichiers-usage"},
        )
        address = f"{base(diagnostic)}reponses/usage/fichiers/"
        assert leave["Location"] == address
        assert Answer.objects.get().value == "oui"
        assert client.post(address, {"file": upload()}).status_code == 302
        page = client.get(f"{base(diagnostic)}parties/strategie/").content.decode()
        assert "1 fichier joint" in page
        row = AnswerFile.objects.get()
        served = client.get(f"{base(diagnostic)}fichiers/{row.pk}/")
        assert b"".join(served.streaming_content) == PDF
        assert served["Content-Disposition"].startswith("attachment")
        assert client.post(f"{base(diagnostic)}fichiers/{row.pk}/retirer/")["Location"] == address
        assert not AnswerFile.objects.exists()
        assert not StoredFile.objects.exists()
        assert client.get(f"{base(diagnostic)}fichiers/{row.pk}/").status_code == 404

    def test_what_is_refused_says_why(self, diagnostic: Diagnostic, manager: User, signed_in: SignIn):
        client, address = signed_in(manager), f"{base(diagnostic)}reponses/usage/fichiers/"
        for sent, words in (
            (upload("virus.exe"), "n’est pas d’un type accepté"),
            (upload("faux.pdf", b"MZ rien d'un PDF"), "ne correspond pas à son extension"),
            (upload("vide.pdf", b""), "vide"),
        ):
            page = client.post(address, {"file": sent})
            assert page.status_code == 200
            assert words in page.content.decode()
        assert not AnswerFile.objects.exists()
        assert client.get(f"{base(diagnostic)}reponses/inconnue/fichiers/").status_code == 404

    def test_the_same_file_is_kept_once_and_five_are_enough(self, diagnostic: Diagnostic, manager: User):
        for rank in (0, 0, 1, 2, 3, 4):
            services.attach_file(
                actor=manager,
                diagnostic=diagnostic,
                question_code="usage",
                upload=upload(f"f{rank}.pdf", PDF + str(rank).encode()),
            )
        assert AnswerFile.objects.count() == 5
        with pytest.raises(BusinessError) as refused:
            services.attach_file(
                actor=manager, diagnostic=diagnostic, question_code="usage", upload=upload("f9.pdf")
            )
        assert refused.value.code == "too-many"

    def test_queries_do_not_depend_on_the_number_of_files(
        self, diagnostic: Diagnostic, manager: User, signed_in: SignIn, count_queries: Any
    ):
        client, address = signed_in(manager), f"{base(diagnostic)}parties/strategie/"
        counts = []
        for rank in range(3):
            services.attach_file(
                actor=manager,
                diagnostic=diagnostic,
                question_code=("usage", "ambition", "pourquoi")[rank],
                upload=upload(f"f{rank}.pdf", PDF + str(rank).encode()),
            )
            client.get(address)
            with count_queries() as queries:
                client.get(address)
            counts.append(len(queries))
        assert counts == [5, 5, 5]


class TestReopening:
    def test_the_advisor_reopens_with_a_reason_and_nothing_told_is_lost(
        self, submitted: Diagnostic, manager: User, officer: User, signed_in: SignIn
    ):
        office, address = signed_in(officer), f"/essai/diagnostics/{submitted.pk}/rouvrir/"
        assert signed_in(manager).get(address).status_code == 403
        assert "obligatoire" in office.post(address, {"reason": ""}).content.decode()
        assert office.post(address, {"reason": "L’effectif était faux"}).status_code == 302
        submitted.refresh_from_db()
        assert (submitted.status, submitted.score_tenths, submitted.result) == (
            DiagnosticStatus.STARTED,
            None,
            None,
        )
        kept = Reopening.objects.get()
        assert (kept.reason, kept.actor, kept.former_score_tenths) == ("L’effectif était faux", officer, 661)
        assert kept.former_result["result"]["tenths"] == 661
        participation = Participation.objects.get(pk=submitted.participation_id)
        assert (participation.maturity_tenths, participation.diagnostics_count) == (None, 0)
        page = office.get(f"/essai/diagnostics/{submitted.pk}/").content.decode()
        assert "L’effectif était faux" in page
        assert "66,1" in page

    def test_it_is_corrected_and_handed_in_again_with_a_receipt_of_its_own(
        self, submitted: Diagnostic, manager: User, officer: User, run_jobs: Callable[[], int]
    ):
        run_jobs()
        services.request_result_document(actor=manager, diagnostic=submitted)
        services.reopen_diagnostic(actor=officer, diagnostic=submitted, reason="À corriger")
        assert not services.reopen_diagnostic(actor=officer, diagnostic=submitted, reason="Encore")
        services.save_answers(actor=manager, diagnostic=submitted, entries=entries(usage="oui"))
        again = services.submit_diagnostic(actor=manager, diagnostic=submitted)
        assert again.score_tenths is not None
        assert again.score_tenths > 661
        assert again.dimension_scores.count() == 3
        services.request_result_document(actor=manager, diagnostic=again)
        run_jobs()
        assert Document.objects.filter(kind="diagnostic-answers").count() == 2
        assert Document.objects.filter(kind="diagnostic-result").count() == 2
        assert len([one for one in mail.outbox if "bien reçu" in one.subject]) == 2

    def test_a_newer_diagnostic_is_not_overtaken(
        self, submitted: Diagnostic, participation: Participation, officer: User
    ):
        services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=submitted.questionnaire
        )
        with pytest.raises(BusinessError) as refused:
            services.reopen_diagnostic(actor=officer, diagnostic=submitted, reason="Trop tard")
        assert refused.value.code == "newer"


class TestFigures:
    def test_an_answer_kept_for_a_hidden_question_is_not_counted(
        self, diagnostic: Diagnostic, manager: User, participation: Participation
    ):
        """« formation » is answered, then « usage » hides it: the observatory must not tell of it."""
        Participation.objects.filter(pk=participation.pk).update(observatory_consent=True)
        services.save_answers(
            actor=manager, diagnostic=diagnostic, entries=entries(**{**COMPLETE, "usage": "non"})
        )
        submitted = services.submit_diagnostic(actor=manager, diagnostic=diagnostic)
        assert Answer.objects.get(question_code="formation").value == "oui"
        rows = counted_diagnostics(diagnostic.programme, diagnostic.questionnaire, date(2100, 1, 1))
        assert "formation" not in count_choices(rows)
        assert count_choices(rows)["usage"] == {"non": 1}
        services.reopen_diagnostic(actor=None, diagnostic=submitted, reason="Correction")
        services.save_answers(actor=manager, diagnostic=submitted, entries=entries(usage="oui"))
        services.submit_diagnostic(actor=manager, diagnostic=submitted)
        assert count_choices(rows)["formation"] == {"oui": 1}
