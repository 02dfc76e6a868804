"""A plan at its second diagnostic: each theme's gain beside the actions that aimed at it."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_number
from diagnostics.comparability import compare
from diagnostics.enums import ActionStatus, DiagnosticStatus
from diagnostics.gains import AimedAction, Theme, ThemeGain, Verdict, theme_gains
from diagnostics.models import ActionPlan, Diagnostic
from diagnostics.selectors.plan import TONES
from diagnostics.selectors.questionnaires import definition_of, relatives_of
from programme.links import programme_url


@dataclass(frozen=True)
class AimedRow:
    """An action beside a gain."""

    title: str
    url: str
    status: str
    tone: str


@dataclass(frozen=True)
class GainRow:
    """A theme between two diagnostics, ready to print."""

    title: str
    before: str
    after: str
    gain: str
    tone: str
    reading: str
    actions: tuple[AimedRow, ...]


@dataclass(frozen=True)
class GainsPage:
    """What changed since the plan was born."""

    first_on: date
    second_on: date
    before: str
    after: str
    second_pk: int
    rows: tuple[GainRow, ...]
    set_aside: int


def later_diagnostic(plan: ActionPlan) -> Diagnostic | None:
    """The last diagnostic of the same questionnaire, or of an adaptation of it, handed in after the plan's
    own (one query)."""
    rows = Diagnostic.objects.filter(
        participation_id=plan.participation_id,
        questionnaire__in=relatives_of(plan.diagnostic.questionnaire_id),
        status=DiagnosticStatus.SUBMITTED,
        submitted_at__gt=plan.diagnostic.submitted_at,
    )
    found: Diagnostic | None = rows.select_related("version").order_by("-submitted_at").first()
    return found


def plan_gains(plan: ActionPlan) -> GainsPage | None:
    """The gains, None until a second diagnostic is handed in. Five queries."""
    first, second = plan.diagnostic, later_diagnostic(plan)
    if second is None or first.submitted_at is None or second.submitted_at is None:
        return None
    definition = definition_of(second.version)
    comparable = compare(definition_of(first.version), definition).comparable
    rows = theme_gains(
        [Theme(each.code, each.title) for each in definition.dimensions],
        dict(first.dimension_scores.values_list("dimension_code", "score_tenths")),
        dict(second.dimension_scores.values_list("dimension_code", "score_tenths")),
        _actions(plan),
        comparable=comparable,
        until=timezone.localdate(second.submitted_at),
    )
    return GainsPage(
        first_on=timezone.localdate(first.submitted_at),
        second_on=timezone.localdate(second.submitted_at),
        before=_score(first.score_tenths),
        after=_score(second.score_tenths),
        second_pk=second.pk,
        rows=tuple(_row(each) for each in rows),
        set_aside=sum(not each.is_comparable for each in rows),
    )


def _actions(plan: ActionPlan) -> list[AimedAction]:
    rows = plan.items.exclude(dimension_code="").only(
        "title", "dimension_code", "status", "done_on", "plan_id"
    )
    return [
        AimedAction(
            title=item.title,
            dimension=item.dimension_code,
            status=ActionStatus(item.status),
            done_on=item.done_on,
            path=programme_url(plan.programme, "diagnostics:plan_item", pk=item.pk),
        )
        for item in rows
    ]


def _score(tenths: int | None) -> str:
    return "–" if tenths is None else format_number(tenths / 10, 1)


def _row(each: ThemeGain) -> GainRow:
    return GainRow(
        title=each.title,
        before=_score(each.before),
        after=_score(each.after),
        gain=_gain(each.gain),
        tone={True: "good", False: "bad", None: ""}[None if not each.gain else each.gain > 0],
        reading=_reading(each),
        actions=tuple(
            AimedRow(action.title, action.path, str(action.status.label), TONES[action.status])
            for action in each.actions
        ),
    )


def _gain(gain: int | None) -> str:
    if gain is None:
        return "–"
    return f"{'+' if gain > 0 else ''}{format_number(gain / 10, 1)}"


def _reading(each: ThemeGain) -> str:
    done = ngettext("%(count)s action faite", "%(count)s actions faites", each.done) % {"count": each.done}
    match each.verdict:
        case Verdict.GAINED_WITH:
            return _("En progrès, avec %(done)s sur ce thème.") % {"done": done}
        case Verdict.GAINED_WITHOUT:
            return _("En progrès, sans action faite sur ce thème.")
        case Verdict.STILL_WITH:
            return _("Sans changement malgré %(done)s\u00a0: l’effet n’est pas encore là.") % {"done": done}
        case Verdict.LOST:
            return _("En recul\u00a0: le sujet mérite une action.")
        case Verdict.STILL:
            return _("Sans changement, et sans action faite.")
    if not each.is_comparable:
        return _("Les questions de ce thème ont changé\u00a0: la comparaison serait trompeuse.")
    return _("Non noté à l’un des deux diagnostics.")
