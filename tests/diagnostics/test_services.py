"""Writes of diagnostics: versions that never change, answers with their history, results stored once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import PersonalLink, User
from companies.enums import Stage
from companies.models import Contact, Membership, Participation
from core.errors import BusinessError
from core.models import AuditEvent
from diagnostics import selectors, services
from diagnostics.definition import DefinitionError
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import (
    Answer,
    AnswerRevision,
    Diagnostic,
    DimensionScore,
    Questionnaire,
    QuestionnaireVersion,
    Respondent,
)
from programme.enums import Role
from programme.models import Programme, RoleGrant

from .conftest import COMPLETE, WRITING, entries
from .documents import full_document

pytestmark = pytest.mark.django_db


class TestQuestionnaires:
    def test_importing_the_same_document_twice_gives_the_same_version(self, version: QuestionnaireVersion):
        reordered = dict(reversed(full_document().items()))
        again = services.import_questionnaire(actor=None, document=reordered)
        assert (again.pk, QuestionnaireVersion.objects.count(), Questionnaire.objects.count()) == (
            version.pk,
            1,
            1,
        )

    def test_a_published_version_never_changes(self, version: QuestionnaireVersion):
        version.definition = {}
        with pytest.raises(TypeError, match="never changes"):
            version.save()
        with pytest.raises(TypeError, match="never deleted"):
            version.delete()
        with pytest.raises(BusinessError) as refused:
            services.import_questionnaire(actor=None, document={**full_document(), "title": "Autre"})
        assert refused.value.code == "version-published"
        kept = QuestionnaireVersion.objects.get(pk=version.pk)
        assert (kept.definition["title"], kept.sha256) == ("Questionnaire d’essai", version.sha256)

    def test_a_draft_may_be_replaced_and_a_new_number_lives_beside_the_old(
        self, version: QuestionnaireVersion
    ):
        second = {**full_document(), "version": 2, "title": "Deuxième"}
        draft = services.import_questionnaire(actor=None, document=second)
        changed = services.import_questionnaire(actor=None, document={**second, "minutes": 12})
        assert (changed.pk, changed.definition["minutes"]) == (draft.pk, 12)
        assert selectors.latest_version(version.questionnaire) == version
        services.publish_version(actor=None, version=changed)
        services.publish_version(actor=None, version=changed)
        assert selectors.latest_version(version.questionnaire) == changed
        assert Questionnaire.objects.get().title == "Deuxième"
        assert AuditEvent.objects.filter(verb="questionnaire.published").count() == 2

    def test_an_invalid_document_leaves_nothing(self):
        with pytest.raises(DefinitionError):
            services.import_questionnaire(actor=None, document={**full_document(), "levels": []})
        assert Questionnaire.objects.count() == 0

    def test_a_code_belongs_to_one_programme(self, version: QuestionnaireVersion, programme: Programme):
        with pytest.raises(BusinessError) as refused:
            services.import_questionnaire(actor=None, document=full_document(), programme=programme)
        assert refused.value.code == "code-taken"

    def test_the_shipped_questionnaire_installs_once(self):
        first = services.install_shipped_questionnaire()
        again = services.install_shipped_questionnaire()
        assert (first.pk, first.questionnaire.code, first.published_at is not None) == (
            again.pk,
            "maturite-ia",
            True,
        )

    @pytest.mark.parametrize(
        "text",
        ["a: *x", "a: &x [1]\nb: [*x, *x]", "a: [", "!!python/object/apply:os.system [ls]", "x" * 2_000_001],
    )
    def test_hostile_files_are_refused(self, text: str):
        with pytest.raises(BusinessError):
            services.read_document(text)

    def test_dates_of_a_file_stay_texts(self):
        assert services.read_document("a: 2019-01-29") == {"a": "2019-01-29"}


class TestCommands:
    def test_import_then_score(self, tmp_path: Any, capsys: Any):
        file = tmp_path / "essai.yaml"
        file.write_text(json.dumps(full_document()), encoding="utf-8")
        call_command("import_questionnaire", file)
        answers = tmp_path / "reponses.json"
        answers.write_text(
            json.dumps({"usage": "oui", "ambition": 5, "budget": 5000, "sources": ["a"]}), encoding="utf-8"
        )
        capsys.readouterr()
        call_command("score", questionnaire="essai@1", answers=answers)
        told = json.loads(capsys.readouterr().out)
        assert (told["questionnaire"], told["score"], told["level"]) == ("essai@1", 56.3, "n3")
        assert [(d["code"], d["score"], d["level"]) for d in told["dimensions"]] == [
            ("strategie", 100.0, "n5"),
            ("donnees", 41.7, "n3"),
            ("equipe", None, None),
        ]
        assert [(c["question"], c["points"], c["points_possible"]) for c in told["contributions"]] == [
            ("usage", "25/3", "25/3"),
            ("ambition", "50/3", "50/3"),
            ("sources", "25/2", "75/2"),
            ("budget", "75/4", "75/2"),
        ]
        assert {(i["question"], i["because"]) for i in told["ignored"]} >= {
            ("part", "unanswered"),
            ("outil", "unanswered"),
        }
        assert [(m["code"], m["reasons"]) for m in told["measures"]] == [
            (
                "ranger",
                ["En «\u00a0Dimension donnees\u00a0», vous en êtes à «\u00a0Usages\u00a0» (41,7 sur 100)."],
            )
        ]

    def test_wrong_answers_are_listed_together(self, version: QuestionnaireVersion, tmp_path: Any):
        answers = tmp_path / "reponses.json"
        answers.write_text('{"usage": "jamais", "inconnue": 1}', encoding="utf-8")
        with pytest.raises(CommandError) as refused:
            call_command("score", questionnaire="essai", answers=answers)
        assert str(refused.value).splitlines() == [
            "usage\u00a0: Choisissez une des réponses proposées.",
            "inconnue\u00a0: cette question n’est pas dans le questionnaire",
        ]

    def test_a_wrong_file_names_every_place(self, tmp_path: Any):
        file = tmp_path / "faux.yaml"
        file.write_text(json.dumps({**full_document(), "minutes": 0, "titre": "?"}), encoding="utf-8")
        with pytest.raises(CommandError) as refused:
            call_command("import_questionnaire", file)
        assert str(refused.value).splitlines() == [
            "2 erreur(s), rien n’est enregistré\u00a0:",
            "minutes\u00a0: attendu un nombre entier de 1 à 600\u00a0; trouvé «\u00a00\u00a0»",
            "titre\u00a0: attendu aucune clé de ce nom ici\u00a0; trouvé «\u00a0titre\u00a0»",
        ]
        assert Questionnaire.objects.count() == 0


class TestOpening:
    def test_opening_prepares_everything_once(
        self,
        diagnostic: Diagnostic,
        participation: Participation,
        version: QuestionnaireVersion,
        officer: User,
    ):
        again = services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=version.questionnaire
        )
        assert again.pk == diagnostic.pk
        assert (diagnostic.status, diagnostic.visible_count, diagnostic.version_id) == (
            DiagnosticStatus.OPEN,
            5,
            version.pk,
        )
        assert [(r.name, r.is_main, r.user) for r in diagnostic.respondents.all()] == [
            ("Inès Delattre", True, None)
        ]
        participation.refresh_from_db()
        assert participation.stage == Stage.DIAGNOSTIC
        assert (
            participation.timeline.filter(title="Diagnostic ouvert\u00a0: Questionnaire d’essai").count() == 1
        )
        assert AuditEvent.objects.filter(verb="diagnostic.opened").count() == 1

    def test_the_database_keeps_one_open_diagnostic(self, diagnostic: Diagnostic):
        with pytest.raises(IntegrityError), transaction.atomic():
            Diagnostic.objects.create(
                programme_id=diagnostic.programme_id,
                participation_id=diagnostic.participation_id,
                questionnaire_id=diagnostic.questionnaire_id,
                version_id=diagnostic.version_id,
                opened_at=timezone.now(),
            )

    def test_another_company_s_contact_is_refused(
        self,
        enter: Callable[..., Participation],
        contact: Contact,
        version: QuestionnaireVersion,
        officer: User,
    ):
        with pytest.raises(BusinessError) as refused:
            services.open_diagnostic(
                actor=officer, participation=enter(2), questionnaire=version.questionnaire, contact=contact
            )
        assert (refused.value.code, Diagnostic.objects.count()) == ("other-company", 0)

    def test_inviting_lets_the_person_in_and_sends_one_link(
        self, diagnostic: Diagnostic, contact: Contact, officer: User, run_jobs: Callable[[], int]
    ):
        services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
        services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
        run_jobs()
        respondent = Respondent.objects.get(diagnostic=diagnostic)
        assert respondent.user is not None
        assert respondent.user.email == "ines@tissages.example"
        assert Membership.objects.filter(
            user=respondent.user, participation=diagnostic.participation
        ).exists()
        assert RoleGrant.objects.filter(user=respondent.user, role=Role.COMPANY).count() == 1
        [message] = mail.outbox
        assert message.subject == "Votre diagnostic «\u00a0Questionnaire d’essai\u00a0» – Tissages imaginés 1"
        assert "Chargee Essai vous propose de faire le point pour Tissages imaginés 1" in message.body
        assert "Comptez 10 minutes environ." in message.body
        link = PersonalLink.objects.get()
        assert link.next_path == f"/essai/espace/diagnostics/{diagnostic.pk}/"

    def test_inviting_again_later_sends_a_fresh_link(
        self,
        diagnostic: Diagnostic,
        contact: Contact,
        officer: User,
        manager: User,
        run_jobs: Callable[[], int],
    ):
        services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(usage="oui"))
        diagnostic.refresh_from_db()
        services.invite_respondent(
            actor=officer, diagnostic=diagnostic, contact=contact, at=timezone.now() + timedelta(hours=1)
        )
        run_jobs()
        assert [("reprendre votre diagnostic" in message.body) for message in mail.outbox] == [False, True]

    def test_cancelling_keeps_answers_and_asks_for_a_reason(self, diagnostic: Diagnostic, officer: User):
        services.save_answers(actor=officer, diagnostic=diagnostic, entries=entries(usage="oui"))
        with pytest.raises(BusinessError):
            services.cancel_diagnostic(actor=officer, diagnostic=diagnostic, reason=" ")
        assert services.cancel_diagnostic(actor=officer, diagnostic=diagnostic, reason="Doublon") is True
        assert services.cancel_diagnostic(actor=officer, diagnostic=diagnostic, reason="Doublon") is False
        assert Answer.objects.count() == 1
        with pytest.raises(BusinessError):
            services.save_answers(actor=officer, diagnostic=diagnostic, entries=entries(usage="non"))


class TestAnswers:
    def test_an_answer_is_kept_with_its_history_and_progress(self, diagnostic: Diagnostic, manager: User):
        first = services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(usage="oui"))
        services.save_answers(
            actor=manager,
            diagnostic=diagnostic,
            entries={"usage": services.Entry("non", comment="Après réflexion")},
        )
        same = services.save_answers(
            actor=manager,
            diagnostic=diagnostic,
            entries={"usage": services.Entry("non", comment="Après réflexion")},
        )
        assert (first.changed, same.changed) == (("usage",), ())
        [row] = Answer.objects.all()
        assert (row.value, row.choice, row.comment, row.saved_by) == (
            "non",
            "non",
            "Après réflexion",
            manager,
        )
        assert [(r.value, r.comment) for r in AnswerRevision.objects.all()] == [
            ("oui", ""),
            ("non", "Après réflexion"),
        ]
        diagnostic.refresh_from_db()
        assert (diagnostic.status, diagnostic.answered_count, diagnostic.visible_count) == (
            DiagnosticStatus.STARTED,
            1,
            5,
        )
        assert diagnostic.started_at == first.at

    def test_what_an_answer_shows_or_hides_is_told(self, diagnostic: Diagnostic, manager: User):
        saved = services.save_answers(
            actor=manager, diagnostic=diagnostic, entries=entries(usage="oui", sources=["a"])
        )
        assert saved.after.questions - saved.before.questions == {
            "part",
            "effectif",
            "depuis",
            "outil",
            "formation",
        }
        saved = services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(sources=["b"]))
        assert saved.before.questions - saved.after.questions == {"part"}

    @pytest.mark.parametrize(
        ("code", "entry", "refusal"),
        [
            ("inconnue", services.Entry("x"), "unknown-question"),
            ("ambition", services.Entry(None, not_applicable=True), "not-offered"),
            ("usage", services.Entry("oui", comment="x" * 2001), "too-long"),
        ],
    )
    def test_what_cannot_be_kept_is_refused(
        self, diagnostic: Diagnostic, code: str, entry: Any, refusal: str
    ):
        with pytest.raises(BusinessError) as refused:
            services.save_answers(actor=None, diagnostic=diagnostic, entries={code: entry})
        assert (refused.value.code, Answer.objects.count()) == (refusal, 0)

    def test_queries_do_not_depend_on_how_many_answers_there_are(
        self, diagnostic: Diagnostic, manager: User, count_queries: Any
    ):
        def cost(**values: Any) -> int:
            fresh = (
                Diagnostic.objects.select_related("version")
                .defer("version__definition")
                .get(pk=diagnostic.pk)
            )
            fresh.respondent_id = diagnostic.respondents.get().pk
            with count_queries() as queries:
                services.save_answers(actor=manager, diagnostic=fresh, entries=entries(**values))
            return len(queries)

        first = cost(usage="oui")
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
        several, same = cost(usage="peu", ambition=2, outil="Autre"), cost(usage="peu")
        assert (first, several, same) == (1 + WRITING, 1 + WRITING, 1)

    def test_a_page_read_before_another_save_loses_nothing(self, diagnostic: Diagnostic, manager: User):
        first, second = (Diagnostic.objects.get(pk=diagnostic.pk) for _tab in range(2))
        services.save_answers(actor=manager, diagnostic=first, entries=entries(usage="oui"))
        saved = services.save_answers(actor=manager, diagnostic=second, entries=entries(ambition=4))
        assert (saved.progress.answered, sorted(saved.kept)) == (2, ["ambition", "usage"])
        diagnostic.refresh_from_db()
        assert (diagnostic.answered_count, diagnostic.answers_revision) == (2, 2)

    @pytest.mark.parametrize("status", [DiagnosticStatus.SUBMITTED, DiagnosticStatus.CANCELLED])
    def test_a_page_read_before_answers_were_closed_writes_nothing(
        self, diagnostic: Diagnostic, manager: User, status: DiagnosticStatus
    ):
        Diagnostic.objects.filter(pk=diagnostic.pk).update(status=status)
        with pytest.raises(BusinessError) as refused:
            services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(usage="oui"))
        assert refused.value.code == "not-open"
        assert not Answer.objects.exists()
        assert not AnswerRevision.objects.exists()


class TestSubmission:
    def test_the_result_is_stored_and_told(
        self, submitted: Diagnostic, participation: Participation, manager: User, run_jobs: Callable[[], int]
    ):
        assert (submitted.status, submitted.submitted_by, submitted.score_tenths, submitted.level_name) == (
            DiagnosticStatus.SUBMITTED,
            manager,
            661,
            "Pilotage",
        )
        scores = DimensionScore.objects.filter(diagnostic=submitted)
        assert [(s.dimension_code, s.score_tenths, s.level) for s in scores] == [
            ("strategie", 667, "n4"),
            ("donnees", 547, "n3"),
            ("equipe", 1000, "n5"),
        ]
        participation.refresh_from_db()
        assert (
            participation.maturity_tenths,
            participation.maturity_level,
            participation.maturity_level_name,
            participation.diagnostics_count,
        ) == (661, "n4", "Pilotage", 1)
        definition = selectors.definition_of(submitted.version)
        result = selectors.stored_result(definition, submitted)
        assert result is not None
        assert (result.tenths, result.rule_version) == (661, 1)
        assert [p.measure.code for p in selectors.stored_proposals(definition, submitted)] == ["ranger"]

    def test_submitting_needs_every_required_answer(self, diagnostic: Diagnostic, manager: User):
        services.save_answers(
            actor=manager, diagnostic=diagnostic, entries=entries(**{**COMPLETE, "outil": None})
        )
        with pytest.raises(BusinessError) as refused:
            services.submit_diagnostic(actor=manager, diagnostic=diagnostic)
        assert (refused.value.code, refused.value.message) == ("incomplete", "Il manque encore une réponse.")

    def test_a_double_click_submits_once(
        self, diagnostic: Diagnostic, contact: Contact, officer: User, run_jobs: Callable[[], int]
    ):
        respondent = services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contact)
        services.save_answers(actor=respondent.user, diagnostic=diagnostic, entries=entries(**COMPLETE))
        first = services.submit_diagnostic(actor=respondent.user, diagnostic=diagnostic)
        second = services.submit_diagnostic(actor=respondent.user, diagnostic=diagnostic)
        run_jobs()
        assert first.submitted_at == second.submitted_at
        assert AuditEvent.objects.filter(verb="diagnostic.submitted").count() == 1
        assert [m.subject for m in mail.outbox][1:] == ["Diagnostic bien reçu – Tissages imaginés 1"]
        assert "66,1 sur 100, niveau «\u00a0Pilotage\u00a0»" in mail.outbox[1].body

    def test_answers_no_longer_change(self, submitted: Diagnostic, manager: User):
        with pytest.raises(BusinessError) as refused:
            services.save_answers(actor=manager, diagnostic=submitted, entries=entries(usage="non"))
        assert refused.value.code == "not-open"
        with pytest.raises(BusinessError):
            services.cancel_diagnostic(actor=manager, diagnostic=submitted, reason="Erreur")

    def test_a_new_diagnostic_may_follow(
        self,
        submitted: Diagnostic,
        participation: Participation,
        version: QuestionnaireVersion,
        officer: User,
    ):
        second = services.open_diagnostic(
            actor=officer, participation=participation, questionnaire=version.questionnaire
        )
        assert second.pk != submitted.pk
