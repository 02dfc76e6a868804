"""Several people answer one diagnostic: on some sections, or alone; nobody sees what is not hers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from companies import services as companies
from companies.models import Membership, Participation
from core.errors import BusinessError, NotVisible
from diagnostics import services
from diagnostics.enums import DiagnosticStatus, FillingMode
from diagnostics.models import Answer, AnswerRevision, Contributor, Diagnostic, Respondent
from diagnostics.selectors.filling import diagnostic_for
from diagnostics.selectors.plan_reminders import contribution_matters, questionnaire_matters
from diagnostics.selectors.questionnaires import definition_of
from diagnostics.selectors.viewpoints import stored_gaps
from diagnostics.services import Person
from diagnostics.services.plan import start_plan
from programme.models import Programme
from programme.selectors import caller_access

from .conftest import COMPLETE, SAVING, entries

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LEO = Person("leo@tissages.example", "Martin", "Léo")
MIA = Person("mia@tissages.example", "Petit", "Mia")


def base(diagnostic: Diagnostic) -> str:
    return f"/essai/espace/diagnostics/{diagnostic.pk}/"


def user_of(person: Person) -> User:
    return User.objects.get(email=person.email)


def seen_by(user: User, diagnostic: Diagnostic, programme: Programme) -> Diagnostic:
    """The diagnostic as this person opens it, with her seat."""
    return diagnostic_for(caller_access(user, programme), diagnostic.pk)


def autosave(client: Client, diagnostic: Diagnostic, code: str, **data: Any) -> Any:
    return client.post(f"{base(diagnostic)}reponses/{code}/", data, headers={"HX-Request": "true"})


@pytest.fixture
def contributor(diagnostic: Diagnostic, manager: User) -> Contributor:
    """Léo is asked for the section on data."""
    return services.invite_contributor(actor=manager, diagnostic=diagnostic, person=LEO, sections=["donnees"])


@pytest.fixture
def views(diagnostic: Diagnostic, manager: User) -> dict[str, Respondent]:
    """The manager, Léo and Mia answer alone."""
    me = Person(manager.email, "Delattre", "Inès")
    return {
        name: services.invite_view(actor=manager, diagnostic=diagnostic, person=person, point_of_view=name)
        for name, person in (("Direction", me), ("Informatique", LEO), ("Atelier", MIA))
    }


class TestContributors:
    def test_she_gets_a_link_and_sees_her_sections_only(
        self,
        contributor: Contributor,
        diagnostic: Diagnostic,
        signed_in: SignIn,
        run_jobs: Callable[[], int],
    ):
        run_jobs()
        assert mail.outbox[-1].to == [LEO.email]
        assert "Dimension donnees" in mail.outbox[-1].body
        assert "/comptes/lien/" in mail.outbox[-1].body
        leo = signed_in(user_of(LEO))
        page = leo.get(base(diagnostic)).content.decode()
        assert "Ces parties vous sont confiées" in page
        assert "Dimension donnees" in page
        assert "Dimension strategie" not in page
        assert leo.get(f"{base(diagnostic)}parties/donnees/").status_code == 200
        assert leo.get(f"{base(diagnostic)}parties/strategie/").status_code == 404
        assert leo.post(f"{base(diagnostic)}parties/strategie/", {"vu": ["usage"]}).status_code == 404
        assert autosave(leo, diagnostic, "usage", **{"q-usage": "oui"}).status_code == 404
        assert autosave(leo, diagnostic, "sources", **{"q-sources": ["b"]}).status_code == 200
        assert Answer.objects.get().saved_by == user_of(LEO)

    def test_she_neither_leads_nor_hands_in_nor_reads_the_result(
        self, contributor: Contributor, diagnostic: Diagnostic, manager: User, signed_in: SignIn
    ):
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
        leo = signed_in(user_of(LEO))
        assert leo.post(f"{base(diagnostic)}remise/").status_code == 403
        assert leo.get(f"{base(diagnostic)}equipe/").status_code == 403
        assert leo.post(f"{base(diagnostic)}equipe/avis/", {}).status_code == 403
        review = leo.get(f"{base(diagnostic)}relecture/").content.decode()
        assert "Remettre le diagnostic" not in review
        assert leo.post(f"{base(diagnostic)}termine/").status_code == 302
        contributor.refresh_from_db()
        assert contributor.finished_at is not None
        services.submit_diagnostic(actor=manager, diagnostic=diagnostic)
        assert "Merci" in leo.get(base(diagnostic)).content.decode()
        assert leo.get(f"{base(diagnostic)}resultat/").status_code == 404
        assert "66,1" not in leo.get("/essai/espace/diagnostics/").content.decode()

    def test_her_company_s_home_and_plan_keep_the_result_to_who_answers_for_it(
        self, contributor: Contributor, diagnostic: Diagnostic, manager: User, signed_in: SignIn
    ):
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
        services.submit_diagnostic(actor=manager, diagnostic=diagnostic)
        diagnostic.refresh_from_db()
        plan = start_plan(actor=manager, diagnostic=diagnostic)
        leo, her = signed_in(user_of(LEO)), signed_in(manager)
        home, hers = (each.get("/essai/espace/").content.decode() for each in (leo, her))
        assert "66,1 / 100" in hers
        assert diagnostic.level_name in hers
        assert "66,1" not in home
        assert diagnostic.level_name not in home
        assert "Remis" in home
        page = f"/essai/plans/{plan.pk}/"
        reason = next(each for item in plan.items.all() for each in item.details["reasons"])
        assert escape(reason) in her.get(page).content.decode()
        assert escape(reason) not in leo.get(page).content.decode()
        assert plan.items.first().title in leo.get(page).content.decode(), "the actions are everybody's"
        assert her.get(f"{page}evolution/").status_code == 200
        assert leo.get(f"{page}evolution/").status_code == 404

    def test_the_service_refuses_what_is_not_hers(
        self, contributor: Contributor, diagnostic: Diagnostic, programme: Programme
    ):
        mine = seen_by(user_of(LEO), diagnostic, programme)
        with pytest.raises(BusinessError) as refused:
            services.save_answers(actor=user_of(LEO), diagnostic=mine, entries=entries(usage="oui"))
        assert refused.value.code == "not-yours"

    def test_her_progress_counts_her_sections(
        self, contributor: Contributor, diagnostic: Diagnostic, signed_in: SignIn
    ):
        leo = signed_in(user_of(LEO))
        body = autosave(leo, diagnostic, "sources", **{"q-sources": ["b"]}).content.decode()
        assert "1 réponse sur 3" in body
        diagnostic.refresh_from_db()
        assert (diagnostic.answered_count, diagnostic.visible_count) == (1, 5)

    def test_she_is_invited_once_by_a_double_click_and_withdrawn_without_losing_anything(
        self, contributor: Contributor, diagnostic: Diagnostic, manager: User, signed_in: SignIn
    ):
        again = services.invite_contributor(
            actor=manager, diagnostic=diagnostic, person=LEO, sections=["donnees"]
        )
        assert again == contributor
        leo = signed_in(user_of(LEO))
        autosave(leo, diagnostic, "sources", **{"q-sources": ["b"]})
        assert services.withdraw_contributor(actor=manager, contributor=contributor)
        assert leo.get(base(diagnostic)).status_code == 404
        assert Answer.objects.get().value == ["b"]

    def test_the_page_tells_who_did_what(
        self,
        contributor: Contributor,
        diagnostic: Diagnostic,
        manager: User,
        officer: User,
        signed_in: SignIn,
        count_queries: Any,
    ):
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(usage="oui"))
        services.save_answers(
            actor=officer, diagnostic=diagnostic, entries=entries(ambition=3), by_staff=True
        )
        client = signed_in(manager)
        autosave(signed_in(user_of(LEO)), diagnostic, "sources", **{"q-sources": ["b"]})
        page = client.get(f"{base(diagnostic)}equipe/").content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert "Chargee Essai pour l’entreprise" in text
        assert "Léo Martin" in text
        with count_queries() as few:
            client.get(f"{base(diagnostic)}equipe/")
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(**COMPLETE))
        services.invite_contributor(actor=manager, diagnostic=diagnostic, person=MIA, sections=["equipe"])
        with count_queries() as more:
            client.get(f"{base(diagnostic)}equipe/")
        assert len(few) == len(more)

    def test_sections_are_checked(self, diagnostic: Diagnostic, manager: User):
        for sections in ([], ["inconnue"], ["donnees", "inconnue"]):
            with pytest.raises(BusinessError):
                services.invite_contributor(
                    actor=manager, diagnostic=diagnostic, person=LEO, sections=sections
                )
        assert not Contributor.objects.exists()

    def test_a_colleague_asked_later_as_respondent_becomes_a_manager(
        self, contributor: Contributor, diagnostic: Diagnostic, officer: User
    ):
        assert contributor.contact is not None
        services.invite_respondent(actor=officer, diagnostic=diagnostic, contact=contributor.contact)
        assert Membership.objects.get(user=user_of(LEO)).is_manager

    def test_queries_are_those_of_a_manager(
        self, contributor: Contributor, diagnostic: Diagnostic, signed_in: SignIn, count_queries: Any
    ):
        leo = signed_in(user_of(LEO))
        address = f"{base(diagnostic)}parties/donnees/"
        leo.get(address)
        with count_queries() as page:
            leo.get(address)
        with count_queries() as save:
            autosave(leo, diagnostic, "sources", **{"q-sources": ["b"]})
        assert (len(page), len(save)) == (4, SAVING)


class TestReminders:
    def test_only_those_who_have_not_finished_are_reminded(
        self, contributor: Contributor, diagnostic: Diagnostic, manager: User, programme: Programme
    ):
        def reminded(source: Any) -> list[str]:
            today = timezone.localdate()
            matters = source(programme, None, today, today + timedelta(30))
            return sorted(matter.recipient.email for matter in matters)

        assert reminded(contribution_matters) == [LEO.email]
        services.finish_part(actor=user_of(LEO), diagnostic=seen_by(user_of(LEO), diagnostic, programme))
        assert reminded(contribution_matters) == []
        assert reminded(questionnaire_matters) == []
        services.withdraw_contributor(actor=manager, contributor=contributor)
        for person, name in ((LEO, "Atelier"), (MIA, "Informatique")):
            services.invite_view(actor=manager, diagnostic=diagnostic, person=person, point_of_view=name)
        assert reminded(questionnaire_matters) == [LEO.email, MIA.email]
        services.finish_part(actor=user_of(MIA), diagnostic=seen_by(user_of(MIA), diagnostic, programme))
        assert reminded(questionnaire_matters) == [LEO.email]


class TestStaffAnswers:
    def test_what_an_advisor_answers_is_marked_and_shown(
        self, diagnostic: Diagnostic, officer: User, manager: User, signed_in: SignIn
    ):
        autosave(signed_in(officer), diagnostic, "usage", **{"q-usage": "oui"})
        assert Answer.objects.get().by_staff
        assert AnswerRevision.objects.get().by_staff
        page = signed_in(manager).get(f"{base(diagnostic)}parties/strategie/").content.decode()
        assert "par Chargee Essai, pour l’entreprise" in page
        page = signed_in(officer).get(f"{base(diagnostic)}parties/strategie/").content.decode()
        assert "par Chargee" not in page
        autosave(signed_in(manager), diagnostic, "usage", **{"q-usage": "non"})
        assert not Answer.objects.get().by_staff


class TestViews:
    def test_nobody_sees_another_while_they_answer(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, manager: User, signed_in: SignIn
    ):
        leo, mia, ines = (signed_in(user) for user in (user_of(LEO), user_of(MIA), manager))
        autosave(leo, diagnostic, "usage", **{"q-usage": "oui", "c-usage": "Secret de Léo"})
        autosave(mia, diagnostic, "usage", **{"q-usage": "non"})
        for client, own, other in ((leo, "oui", "non"), (mia, "non", "oui"), (ines, "", "oui")):
            page = client.get(f"{base(diagnostic)}parties/strategie/").content.decode()
            assert f'name="q-usage" value="{other}" checked' not in page
            assert not own or f'name="q-usage" value="{own}" checked' in page
            assert ("Secret de Léo" in page) is (client is leo)
        assert "Secret" not in ines.get(f"{base(diagnostic)}equipe/").content.decode()
        assert leo.get(f"{base(diagnostic)}mise-en-commun/").status_code == 403
        assert ines.get(f"{base(diagnostic)}mise-en-commun/")["Location"] == f"{base(diagnostic)}equipe/"
        assert Answer.objects.filter(respondent__is_main=True).count() == 0

    def test_the_office_waits_too(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, officer: User, signed_in: SignIn
    ):
        office = signed_in(officer)
        page = office.get(base(diagnostic)).content.decode()
        assert "Chacun répond de son côté" in page
        assert office.get(f"{base(diagnostic)}parties/strategie/").status_code == 302
        assert autosave(office, diagnostic, "usage", **{"q-usage": "oui"}).status_code == 404
        assert office.post(f"{base(diagnostic)}remise/").status_code == 403

    def test_a_stranger_of_the_company_is_not_asked(
        self,
        views: dict[str, Respondent],
        diagnostic: Diagnostic,
        participation: Participation,
        officer: User,
        programme: Programme,
    ):
        facts = companies.ContactFacts(last_name="Tiers", email="tiers@tissages.example")
        contact = companies.add_contact(actor=officer, participation=participation, facts=facts)
        stranger = companies.open_access(actor=officer, contact=contact).user
        with pytest.raises(NotVisible):
            seen_by(stranger, diagnostic, programme)

    def test_answers_given_before_become_the_manager_s_point_of_view(
        self, diagnostic: Diagnostic, manager: User, officer: User
    ):
        services.invite_respondent(
            actor=officer, diagnostic=diagnostic, contact=Membership.objects.get(user=manager).contact
        )
        services.save_answers(actor=manager, diagnostic=diagnostic, entries=entries(usage="oui", ambition=2))
        services.invite_view(actor=manager, diagnostic=diagnostic, person=LEO, point_of_view="Atelier")
        own = Respondent.objects.get(user=manager, is_main=False)
        assert (own.point_of_view, own.answered_count) == ("Direction", 2)
        assert Answer.objects.filter(respondent=own).count() == 2
        assert AnswerRevision.objects.filter(respondent=own).count() == 2
        diagnostic.refresh_from_db()
        assert (diagnostic.mode, diagnostic.answered_count) == (FillingMode.SEPARATE, 0)

    def test_answers_of_nobody_are_not_taken_over(self, diagnostic: Diagnostic, officer: User):
        services.save_answers(actor=officer, diagnostic=diagnostic, entries=entries(usage="oui"))
        with pytest.raises(BusinessError) as refused:
            services.invite_view(actor=officer, diagnostic=diagnostic, person=LEO, point_of_view="Atelier")
        assert refused.value.code == "no-owner"
        diagnostic.refresh_from_db()
        assert diagnostic.mode == FillingMode.SHARED

    def test_a_point_of_view_has_one_name_and_one_invitation(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, manager: User
    ):
        before = Respondent.objects.count()
        again = services.invite_view(
            actor=manager, diagnostic=diagnostic, person=LEO, point_of_view="Informatique"
        )
        assert again == views["Informatique"]
        with pytest.raises(BusinessError):
            services.invite_view(
                actor=manager,
                diagnostic=diagnostic,
                person=Person("zoe@tissages.example", "Roy"),
                point_of_view="atelier",
            )
        assert Respondent.objects.count() == before

    def test_withdrawing_the_last_one_goes_back_to_shared_answers(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, signed_in: SignIn
    ):
        autosave(signed_in(user_of(LEO)), diagnostic, "usage", **{"q-usage": "oui"})
        with pytest.raises(BusinessError):
            services.withdraw_view(actor=None, respondent=views["Informatique"])
        Answer.objects.all().delete()
        for view in views.values():
            assert services.withdraw_view(actor=None, respondent=view)
        diagnostic.refresh_from_db()
        assert diagnostic.mode == FillingMode.SHARED


class TestReconciliation:
    @pytest.fixture
    def answered(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, programme: Programme, manager: User
    ) -> Diagnostic:
        """Three whole questionnaires: they differ on « usage » and « ambition »."""
        for user, changes in (
            (manager, {"usage": "oui"}),
            (user_of(LEO), {"ambition": 2}),
            (user_of(MIA), {"usage": "oui", "ambition": 1}),
        ):
            services.save_answers(
                actor=user,
                diagnostic=seen_by(user, diagnostic, programme),
                entries=entries(**{**COMPLETE, **changes}),
            )
        return diagnostic

    def test_from_three_points_of_view_to_one_result(
        self, answered: Diagnostic, manager: User, signed_in: SignIn, run_jobs: Callable[[], int]
    ):
        ines = signed_in(manager)
        confirm = ines.get(f"{base(answered)}equipe/clore/").content.decode()
        assert "Atelier (Mia Petit)" in confirm
        assert ines.post(f"{base(answered)}equipe/clore/")["Location"] == f"{base(answered)}mise-en-commun/"
        page = ines.get(f"{base(answered)}mise-en-commun/").content.decode()
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
        assert "2 questions sur 9 reçoivent des réponses différentes" in text
        assert "Il en reste 2 à trancher" in text
        assert "Direction, Atelier" in text
        retained = {row.question_code: row for row in Answer.objects.filter(respondent__is_main=True)}
        assert set(retained) == set(COMPLETE) - {"usage", "ambition"}
        assert ines.post(f"{base(answered)}remise/").status_code == 409
        mia, leo = (Respondent.objects.get(user=user_of(who), is_main=False) for who in (MIA, LEO))
        answer = ines.post(
            f"{base(answered)}mise-en-commun/",
            {"r-usage": mia.pk, "r-ambition": leo.pk, "n-ambition": "Vu avec l’équipe"},
        )
        assert answer.status_code == 302
        ambition = Answer.objects.get(respondent__is_main=True, question_code="ambition")
        assert (ambition.value, ambition.retained_from, ambition.saved_by) == (2, leo, manager)
        assert ambition.comment == "Vu avec l’équipe"
        page = ines.get(f"{base(answered)}mise-en-commun/").content.decode()
        assert "Toutes sont tranchées." in page
        assert "réponse «\u00a0Informatique\u00a0», retenue par Inès Delattre" in page
        assert ines.post(f"{base(answered)}remise/")["Location"] == f"{base(answered)}resultat/"
        answered.refresh_from_db()
        gaps = stored_gaps(definition_of(answered.version), answered)
        assert gaps is not None
        assert gaps.views == ("Direction", "Informatique", "Atelier")
        assert {gap.question for gap in gaps.different} == {"usage", "ambition"}
        run_jobs()
        assert any(message.to == [manager.email] and message.attachments for message in mail.outbox)

    def test_closed_answers_do_not_change_and_one_may_answer_otherwise(
        self, answered: Diagnostic, manager: User, signed_in: SignIn
    ):
        services.close_views(actor=manager, diagnostic=answered)
        services.close_views(actor=manager, diagnostic=answered)
        leo = signed_in(user_of(LEO))
        assert "Merci" in leo.get(base(answered)).content.decode()
        assert autosave(leo, answered, "usage", **{"q-usage": "non"}).status_code == 404
        ines = signed_in(manager)
        autosave(ines, answered, "usage", **{"q-usage": "non"})
        own = Answer.objects.get(respondent__is_main=True, question_code="usage")
        assert (own.value, own.retained_from) == ("non", None)

    def test_an_answer_of_nobody_cannot_be_retained(self, answered: Diagnostic, manager: User):
        services.close_views(actor=manager, diagnostic=answered)
        answered.refresh_from_db()
        main = Respondent.objects.get(diagnostic=answered, is_main=True)
        for choice in (main.pk, 0):
            with pytest.raises(BusinessError):
                services.retain_answers(
                    actor=manager, diagnostic=answered, choices={"usage": choice}, notes={}
                )

    def test_nothing_is_closed_before_somebody_answered(
        self, views: dict[str, Respondent], diagnostic: Diagnostic, manager: User
    ):
        with pytest.raises(BusinessError):
            services.close_views(actor=manager, diagnostic=diagnostic)
        with pytest.raises(BusinessError) as refused:
            services.submit_diagnostic(actor=manager, diagnostic=diagnostic)
        assert refused.value.code == "incomplete"

    def test_reopening_keeps_the_points_of_view(self, answered: Diagnostic, manager: User, officer: User):
        services.close_views(actor=manager, diagnostic=answered)
        answered.refresh_from_db()
        mia = Respondent.objects.get(user=user_of(MIA), is_main=False)
        services.retain_answers(
            actor=manager, diagnostic=answered, choices={"usage": mia.pk, "ambition": mia.pk}, notes={}
        )
        services.submit_diagnostic(actor=manager, diagnostic=answered)
        services.reopen_diagnostic(actor=officer, diagnostic=answered, reason="Erreur sur l’ambition")
        answered.refresh_from_db()
        assert (answered.status, answered.mode) == (DiagnosticStatus.STARTED, FillingMode.RECONCILING)
