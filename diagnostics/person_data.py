"""What diagnostics hold about a person: that she answered, what she answered, the actions she leads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from core.i18n import gettext_lazy as _
from core.persons import ERASED_NAME, Erasure, PersonRecord, PersonScope
from core.registries import PersonDataSource, own_actions, person_data
from diagnostics.models import ActionItem, Answer, Contributor, Respondent

_WAY = "diagnostic__programme"


def _respondents(scope: PersonScope) -> QuerySet[Respondent]:
    hers = Q(user__email__iexact=scope.email) | Q(contact__email__iexact=scope.email)
    rows: QuerySet[Respondent] = scope.within(Respondent.objects.filter(hers), _WAY)
    return rows


def _contributions(scope: PersonScope) -> QuerySet[Contributor]:
    rows: QuerySet[Contributor] = scope.within(
        Contributor.objects.filter(user__email__iexact=scope.email), _WAY
    )
    return rows


def _actions(scope: PersonScope) -> QuerySet[ActionItem]:
    rows: QuerySet[ActionItem] = scope.within(
        ActionItem.objects.filter(owner__email__iexact=scope.email), "plan__programme"
    )
    return rows


def _collect(scope: PersonScope) -> list[PersonRecord]:
    records = []
    for respondent in _respondents(scope).select_related(
        "diagnostic__questionnaire", "diagnostic__participation"
    ):
        answers = Answer.objects.filter(respondent=respondent).values_list(
            "question_code", "value", "comment", "saved_at"
        )
        facts: dict[str, Any] = {
            str(_("questionnaire")): respondent.diagnostic.questionnaire.title,
            str(_("entreprise")): respondent.diagnostic.participation.name,
            str(_("nom")): respondent.name,
            str(_("réponses")): [
                {"question": code, "reponse": value, "commentaire": comment, "le": at}
                for code, value, comment, at in answers
            ],
        }
        records.append(PersonRecord(str(_("Diagnostic rempli")), facts))
    records += [
        PersonRecord(
            str(_("Aide demandée sur un diagnostic")),
            {
                str(_("entreprise")): each.diagnostic.participation.name,
                str(_("parties")): list(each.sections),
                str(_("demandée le")): each.invited_at,
            },
        )
        for each in _contributions(scope).select_related("diagnostic__participation")
    ]
    records += [
        PersonRecord(str(_("Action confiée")), {str(_("action")): item.title}) for item in _actions(scope)
    ]
    return records


def _erase(scope: PersonScope) -> Erasure:
    """Answers are the company's and stay; who gave them is forgotten."""
    named = _respondents(scope).filter(~Q(name=ERASED_NAME)).values_list("pk", flat=True)
    answered = Respondent.objects.filter(pk__in=list(named)).update(name=ERASED_NAME)
    leads = list(_actions(scope).values_list("pk", flat=True))
    led = ActionItem.objects.filter(pk__in=leads).update(owner=None, owner_name=ERASED_NAME)
    helped, _rows = _contributions(scope).delete()
    return Erasure(erased=answered + led + helped)


def _last_answers(programme: Any) -> Mapping[str, datetime]:
    rows = Respondent.objects.filter(diagnostic__programme=programme, last_seen_at__isnull=False)
    seen = rows.order_by("last_seen_at").values_list("user__email", "contact__email", "last_seen_at")
    return {
        email.lower(): at
        for account, contact, at in seen
        for email in (account, contact)
        if email and at is not None
    }


own_actions.register("diagnostics", _last_answers)
person_data.register(
    "diagnostics",
    PersonDataSource(
        label=_("Diagnostics et plans d’actions"),
        purpose=_("Établir le diagnostic de l’entreprise et suivre ses actions (convention)."),
        rank=30,
        collect=_collect,
        erase=_erase,
        # A published definition never changes, and says nothing of anybody.
        keeps={"diagnostics.questionnaireversion": "", "diagnostics.questionnaire": ""},
    ),
)
