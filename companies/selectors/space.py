"""What a company sees first: its next step, and what was done."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.models import Membership, Participation
from core.formats import format_date, format_number
from programme.access import Access
from programme.links import programme_url


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do now, and the page where it is done."""

    title: str
    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Card:
    """A part of the journey: what stands there now."""

    label: str
    value: str
    text: str
    url: str
    action: str


def reads_result(access: Access, participation: Participation) -> bool:
    """Whether the caller answers for the company, and so reads what its diagnostic says (one query).

    A colleague asked for a part, or for her point of view, acts for the company without reading its result.
    """
    manages = Membership.objects.filter(participation=participation, user=access.user, is_manager=True)
    return manages.exists()


def next_step(access: Access, participation: Participation, *, reads: bool) -> NextStep:
    """The next step of a company, from what was done; the advisor's own words come with it.

    ``reads`` tells whether the caller ``reads_result``.
    """
    planned = participation.next_step
    if planned and participation.next_step_on:
        planned = _("%(step)s, le %(day)s") % {
            "step": planned,
            "day": format_date(participation.next_step_on),
        }
    told = _("Prévu avec votre conseiller\u00a0: %(step)s") % {"step": planned} if planned else ""
    if participation.maturity_tenths is None and not participation.diagnostics_count:
        return NextStep(
            _("Remplir votre diagnostic"),
            told or _("Une trentaine de minutes, en plusieurs fois si vous voulez\u00a0: tout s’enregistre."),
            programme_url(access.programme, "diagnostics:space_diagnostics"),
            _("Ouvrir le diagnostic"),
        )
    if participation.open_actions_count:
        count = participation.open_actions_count
        return NextStep(
            ngettext("Avancer sur votre action", "Avancer sur vos %(n)s actions", count) % {"n": count},
            told or _("Indiquez où vous en êtes\u00a0: votre conseiller le voit aussitôt."),
            programme_url(access.programme, "diagnostics:space_plan"),
            _("Ouvrir le plan d’actions"),
        )
    if not participation.trained_people_count or not reads:
        return NextStep(
            _("Choisir une formation"),
            told or _("Des sessions sur les enjeux techniques, juridiques, économiques et éthiques de l’IA."),
            programme_url(access.programme, "trainings:space_sessions"),
            _("Voir les formations"),
        )
    return NextStep(
        _("Relire votre résultat"),
        told or _("Vos points forts, vos priorités et les mesures proposées."),
        programme_url(access.programme, "diagnostics:space_diagnostics"),
        _("Ouvrir le résultat"),
    )


def cards(access: Access, participation: Participation, *, reads: bool) -> list[Card]:
    """Diagnostic, plan and training as they stand; the score is for who ``reads_result``."""
    actions, trained = participation.open_actions_count, participation.trained_people_count
    return [
        _diagnostic_card(access, participation, reads=reads),
        Card(
            _("Plan d’actions"),
            format_number(actions),
            ngettext("action en cours", "actions en cours", actions),
            programme_url(access.programme, "diagnostics:space_plan"),
            _("Voir le plan"),
        ),
        Card(
            _("Formations"),
            format_number(trained),
            ngettext("personne formée", "personnes formées", trained),
            programme_url(access.programme, "trainings:space_sessions"),
            _("Voir les formations"),
        ),
    ]


def _diagnostic_card(access: Access, participation: Participation, *, reads: bool) -> Card:
    score = participation.maturity_tenths
    url = programme_url(access.programme, "diagnostics:space_diagnostics")
    if score is None and not participation.diagnostics_count:
        return Card(_("Diagnostic"), "–", _("Pas encore remis"), url, _("Voir le diagnostic"))
    if score is None or not reads:
        told = _("Son résultat se lit par qui répond pour l’entreprise.") if not reads else _("Sans note")
        return Card(_("Diagnostic"), _("Remis"), told, url, _("Voir le diagnostic"))
    value = f"{format_number(score / 10, 1)} / 100"
    return Card(_("Diagnostic"), value, participation.maturity_level_name, url, _("Voir le diagnostic"))
