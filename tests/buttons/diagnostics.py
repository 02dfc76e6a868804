"""Buttons of diagnostics, plans and questionnaires."""

from itertools import count

from accounts.models import User
from companies import services as companies
from companies.models import Participation
from diagnostics import services as diagnostics
from diagnostics.models import ActionFile, ActionItem, ActionPlan, Diagnostic
from diagnostics.services import drafts, plan_exchanges
from diagnostics.services import plan as plans
from programme.models import Programme
from tests.buttons.button import Button
from tests.buttons.team import team_buttons
from tests.companies.samples import make_siren, make_siret
from tests.diagnostics.conftest import COMPLETE, entries
from tests.diagnostics.documents import full_document
from tests.funding.factories import (
    upload,
)


def diagnostic_buttons(officer: User, participation: Participation) -> dict[str, Button]:
    imported = diagnostics.import_questionnaire(actor=None, document=full_document())
    version = diagnostics.publish_version(actor=None, version=imported)

    def opened(rank: int) -> Diagnostic:
        place = companies.create_participation(
            actor=officer,
            programme=participation.programme,
            siret=make_siret(make_siren(rank)),
            name=f"Filatures imaginées {rank}",
        )
        return diagnostics.open_diagnostic(
            actor=officer, participation=place, questionnaire=version.questionnaire
        )

    def answered(rank: int) -> Diagnostic:
        diagnostic = opened(rank)
        diagnostics.save_answers(actor=officer, diagnostic=diagnostic, entries=entries(**COMPLETE))
        return diagnostic

    ranks = count(21)
    fresh, ready = opened(11), answered(12)
    done, planned = (
        diagnostics.submit_diagnostic(actor=officer, diagnostic=answered(rank)) for rank in (13, 14)
    )
    plan = plans.start_plan(actor=officer, diagnostic=planned)
    item = plan.items.select_related("plan").order_by("position")[0]
    evidence = plan_exchanges.add_evidence(actor=officer, item=item, upload=upload("avant.pdf"))
    action = {"title": "Nommer un référent", "status": "kept"}
    space = "/essai/espace/diagnostics"
    return {
        "diagnostic open": Button(
            f"/essai/diagnostics/ouvrir/{participation.pk}/",
            lambda: {"questionnaire": version.questionnaire_id},
        ),
        "diagnostic cancel": Button(f"/essai/diagnostics/{fresh.pk}/annuler/", lambda: {"reason": "Erreur"}),
        "answers": Button(
            f"{space}/{fresh.pk}/parties/strategie/",
            lambda: {"vu": ["usage"], "q-usage": "oui", "vers": "suivant"},
        ),
        "hand in": Button(f"{space}/{ready.pk}/remise/"),
        "result document": Button(f"/essai/diagnostics/{done.pk}/resultat/document/"),
        "plan start": Button(f"/essai/diagnostics/{done.pk}/plan/"),
        "plan keep": Button(f"/essai/plans/{plan.pk}/retenir/", lambda: {"mesure": [item.pk]}),
        "plan item add": Button(f"/essai/plans/{plan.pk}/ajouter/", lambda: action),
        "plan item edit": Button(f"/essai/plans/actions/{item.pk}/", lambda: action),
        **plan_buttons(plan, item, evidence),
        **team_buttons(officer, lambda: opened(next(ranks)), done),
    }


def plan_buttons(plan: ActionPlan, item: ActionItem, evidence: ActionFile) -> dict[str, Button]:
    base, action = f"/essai/plans/{plan.pk}", f"/essai/plans/actions/{item.pk}"
    blocked = {"status": "blocked", "reason": "Prestataire absent"}
    return {
        "plan item move": Button(f"{action}/etat/", lambda: blocked),
        "plan item comment": Button(f"{action}/commenter/", lambda: {"text": "On avance."}),
        "plan item evidence": Button(f"{action}/fichiers/", lambda: {"file": upload("preuve.pdf")}),
        "plan evidence remove": Button(f"/essai/plans/fichiers/{evidence.pk}/retirer/"),
        "plan document": Button(f"{base}/document/"),
        "plan dates": Button(f"{base}/suite/", lambda: {"next_assessment_on": "2027-01-15", "leader": ""}),
        "plan pause": Button(f"{base}/pause/", lambda: {"ends_on": "2026-08-31", "reason": "Congés"}),
        "plan resume": Button(f"{base}/reprise/"),
    }


def author_buttons(programme: Programme) -> dict[str, Button]:
    """Writing a questionnaire: what opens, changes, measures, publishes and deletes a draft."""
    imported = diagnostics.import_questionnaire(
        actor=None, document={**full_document(), "code": "atelier"}, programme=programme
    )
    own = diagnostics.publish_version(actor=None, version=imported)
    draft = drafts.create_questionnaire(actor=None, programme=programme, title="Brouillon")
    place = f"/essai/questionnaires/versions/{draft.pk}"
    question = draft.definition["dimensions"][0]["questions"][0]["code"]
    moved = {"geste": f"dupliquer:question:{question}", "lu": draft.sha256}
    tables = {
        f"{name}-{key}": "0" for name in ("choices", "sets") for key in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    written = {"text": "Une autre ?", "kind": "single", "code": question, "lu": draft.sha256, **tables}
    condition = {"c-mode": "all", "geste": "enregistrer"}
    home = f"/essai/questionnaires/{own.questionnaire_id}"
    return {
        "author new": Button("/essai/questionnaires/nouveau/", lambda: {"title": "Un autre"}),
        "author start": Button(f"{home}/version-suivante/"),
        "author copy": Button(f"{home}/copier/"),
        "author gesture": Button(f"{place}/geste/", lambda: moved),
        "author part": Button(f"{place}/elements/question/{question}/", lambda: written),
        "author condition": Button(f"{place}/conditions/question/{question}/", lambda: condition),
        "author preview": Button(f"{place}/apercu/", done=302),
        "author effect": Button(f"{place}/effet/"),
        "author publish": Button(f"{place}/publier/", lambda: {"lu": draft.sha256}),
        "author discard": Button(f"{place}/supprimer/"),
    }
