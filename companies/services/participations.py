"""Writes about a company's place in a programme: entry, stage, advisor, next step, projections."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from companies.drafts import CompanyDraft, EstablishmentDraft, Issue, ParticipationDraft
from companies.enums import EventKind, Stage
from companies.gazetteer import CommuneMatch, MatchKind, commune_warnings
from companies.identifiers import InvalidIdentifierError, parse_siret
from companies.identity import Identity, merged
from companies.import_rows import SIRET_ISSUES
from companies.models import HandedItem, Participation, StageChange
from companies.selectors import find_participation, identity_of
from companies.selectors.absences import running_absence
from companies.selectors.imports import gazetteer_of
from companies.services.identity import (
    ensure_rows,
    known_commune_code,
    refresh_siblings,
    starting_identity,
    write_identity,
)
from companies.services.timeline import record_event
from companies.texts import tidy
from companies.wording import describe_issue
from core import audit
from core.errors import BusinessError
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders

_ORDER = list(Stage)
# Relations a write leaves as they are: checking them again would cost a query each.
_UNTOUCHED = ("programme", "establishment", "advisor", "group")


class DuplicateParticipationError(BusinessError):
    """The establishment already takes part in this programme."""

    def __init__(self, participation: Participation) -> None:
        super().__init__(
            _("«\u00a0%(name)s\u00a0» figure déjà dans ce programme.") % {"name": participation.name},
            field="siret",
            code="duplicate",
        )
        self.participation = participation


def checked_siret(programme: Programme, text: str) -> str:
    """The fourteen digits of a SIRET. Raises ``BusinessError`` saying what is wrong with it."""
    try:
        return parse_siret(text, allow_reserved=programme.is_demonstration)
    except InvalidIdentifierError as error:
        issue = Issue(SIRET_ISSUES[error.fault], value=text.strip()[:40])
        raise BusinessError(describe_issue(issue), field="siret", code=issue.code.value) from None


def check_new(*, programme: Programme, siret: str) -> str:
    """The digits of a SIRET that may enter a programme. Raises as ``create_participation`` does."""
    number = checked_siret(programme, siret)
    if (existing := find_participation(programme, number)) is not None:
        raise DuplicateParticipationError(existing)
    return number


@transaction.atomic
def create_participation(
    *,
    actor: User | None,
    programme: Programme,
    siret: str,
    name: str,
    trade_name: str = "",
    address: str = "",
    postal_code: str = "",
    city: str = "",
    commune_code: str = "",
    activity_code: str = "",
    workforce_band: str = "",
    legal_category: str = "",
    size_category: str = "",
    stage: Stage = Stage.SPOTTED,
    advisor: User | None = None,
    at: datetime | None = None,
) -> Participation:
    """Enter a company by hand. Outside the territory it is kept, with a warning on its page.

    ``commune_code`` spares the search by postal code and town when it is known. Raises
    ``BusinessError`` for a wrong SIRET, ``DuplicateParticipationError`` when it is already here.
    """
    number = check_new(programme=programme, siret=siret)
    name, trade_name, address, city = tidy(name), tidy(trade_name), tidy(address), tidy(city)
    match = _locate(programme, commune_code, postal_code, city)
    commune = match.code if match.inside else ""
    draft = ParticipationDraft(
        CompanyDraft(number[:9], name, "", activity_code, workforce_band, legal_category, size_category),
        EstablishmentDraft(
            number, trade_name, address, postal_code, city, commune, activity_code, workforce_band
        ),
        in_territory=match.inside,
        stage=stage,
    )
    warning = " ".join(describe_issue(issue) for issue in commune_warnings(match, postal_code, city))
    participation = enter(actor=actor, programme=programme, draft=draft, warning=warning, at=at)
    if advisor is not None:
        assign_advisor(actor=actor, participation=participation, advisor=advisor)
    return participation


def _locate(programme: Programme, code: str, postal_code: str, city: str) -> CommuneMatch:
    if code and known_commune_code(programme, code):
        return CommuneMatch(MatchKind.FOUND, code, inside=True)
    return gazetteer_of(programme).find(code=code, postal_code=postal_code, city=city)


@transaction.atomic
def enter(
    *,
    actor: User | None,
    programme: Programme,
    draft: ParticipationDraft,
    warning: str = "",
    at: datetime | None = None,
) -> Participation:
    """Open the participation of a draft, which must not be in the programme yet.

    ``at`` dates its first stage (now by default). Raises ``DuplicateParticipationError`` when somebody
    else entered it at the same instant. Side effects: identity rows, first stage, timeline, audit.
    """
    establishment = ensure_rows(draft)
    participation = Participation(
        programme=programme,
        establishment=establishment,
        stage=draft.stage or Stage.SPOTTED,
        # Without any address nobody can say where it is: it is to be completed.
        is_outside_territory=draft.establishment.has_place and not draft.in_territory,
        warning=warning[:250],
    )
    write_identity(participation, merged(starting_identity(participation), draft))
    participation.full_clean(exclude=["programme", "establishment"], validate_unique=False)
    try:
        with transaction.atomic():
            participation.save(force_insert=True)
    except IntegrityError:
        existing = find_participation(programme, establishment.siret)
        if existing is None:
            raise
        raise DuplicateParticipationError(existing) from None
    moment = at or timezone.now()
    StageChange.objects.create(participation=participation, stage=participation.stage, at=moment, actor=actor)
    record_event(
        participation=participation,
        kind=EventKind.STAGE,
        title=_("Entrée dans le programme"),
        at=moment,
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="participation.created",
        obj=participation,
        programme_id=programme.pk,
        changes={"siret": establishment.siret},
    )
    return participation


@transaction.atomic
def change_identity(
    *, actor: User | None, participation: Participation, draft: ParticipationDraft, warning: str | None = None
) -> dict[str, tuple[Any, Any]]:
    """Apply what a draft says of the company; the fields that changed, empty when none did.

    ``warning`` replaces the one shown on the company's page; ``None`` keeps it.
    """
    outside = not draft.in_territory if draft.establishment.has_place else participation.is_outside_territory
    after = merged(identity_of(participation), draft)
    return _write_change(actor, participation, after, is_outside=outside, warning=warning)


@transaction.atomic
def correct_company(
    *,
    actor: User | None,
    participation: Participation,
    name: str,
    trade_name: str,
    address: str,
    postal_code: str,
    city: str,
    activity_code: str,
    workforce_band: str,
    legal_category: str,
) -> dict[str, tuple[Any, Any]]:
    """Correct by hand what is known of a company; an emptied field is emptied. The fields that changed."""
    name, trade_name, address, city = tidy(name), tidy(trade_name), tidy(address), tidy(city)
    before = identity_of(participation)
    match = gazetteer_of(participation.programme).find(postal_code=postal_code, city=city)
    moved = (postal_code, city) != (before.postal_code, before.city)
    after = replace(
        before,
        name=name,
        trade_name=trade_name,
        address=address,
        postal_code=postal_code,
        city=city,
        legal_category=legal_category,
    )
    if activity_code != before.main_activity:
        after = replace(after, activity_code=activity_code, company_activity_code=activity_code)
    if workforce_band != before.local_workforce:
        after = replace(after, workforce_band=workforce_band, company_workforce_band=workforce_band)
    if not moved:
        return _write_change(
            actor, participation, after, is_outside=participation.is_outside_territory, warning=None
        )
    after = replace(after, commune_code=match.code if match.inside else "")
    warning = " ".join(describe_issue(issue) for issue in commune_warnings(match, postal_code, city))
    is_outside = bool(postal_code or city) and not match.inside
    return _write_change(actor, participation, after, is_outside=is_outside, warning=warning)


def _write_change(
    actor: User | None,
    participation: Participation,
    after: Identity,
    *,
    is_outside: bool,
    warning: str | None,
) -> dict[str, tuple[Any, Any]]:
    changes = identity_of(participation).differences(after)
    if participation.is_outside_territory != is_outside:
        changes["is_outside_territory"] = (participation.is_outside_territory, is_outside)
        participation.is_outside_territory = is_outside
    if not changes:
        return {}
    if warning is not None:
        participation.warning = warning[:250]
    write_identity(participation, after)
    participation.full_clean(exclude=_UNTOUCHED, validate_unique=False)
    participation.save()
    refresh_siblings(participation)
    audit.record(
        actor=actor,
        verb="company.changed",
        obj=participation,
        programme_id=participation.programme_id,
        changes={key: list(values) for key, values in changes.items()},
    )
    return changes


@transaction.atomic
def assign_advisor(*, actor: User | None, participation: Participation, advisor: User | None) -> None:
    """Give a company its advisor, or none. Assigning the same person again changes nothing.

    An advisor who is absent gets it at her return: her replacement follows it until then. Raises
    ``BusinessError`` when the person is not of the programme's staff.
    """
    before = participation.advisor
    if before == advisor:
        return
    if advisor is not None:
        programme = participation.programme
        if not role_holders(programme, *STAFF).filter(pk=advisor.pk).exists():
            raise BusinessError(
                _("%(name)s ne fait pas partie de l’équipe de ce programme.") % {"name": advisor.full_name},
                field="advisor",
                code="not-staff",
            )
    _set_advisor(actor, participation, advisor)
    absence = running_absence(participation.programme, advisor) if advisor else None
    if absence is not None:
        HandedItem.objects.create(absence=absence, participation=participation, handed_at=timezone.now())
        _set_advisor(actor, participation, absence.replacement)


def _set_advisor(actor: User | None, participation: Participation, advisor: User | None) -> None:
    before = participation.advisor
    participation.advisor = advisor
    participation.save(update_fields=["advisor", "updated_at"])
    title = (
        _("Conseiller\u00a0: %(name)s") % {"name": advisor.full_name}
        if advisor
        else _("Plus de conseiller désigné")
    )
    record_event(participation=participation, kind=EventKind.STAGE, title=title, actor=actor)
    audit.record(
        actor=actor,
        verb="participation.advisor_assigned",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"advisor": [before.pk if before else None, advisor.pk if advisor else None]},
    )


@transaction.atomic
def move_stage(
    *,
    actor: User | None,
    participation: Participation,
    stage: Stage,
    reason: str = "",
    at: datetime | None = None,
) -> bool:
    """Move a company to another stage, either way; false when it is there already (a second click)."""
    moved = (
        Participation.objects.filter(pk=participation.pk)
        .exclude(stage=stage)
        .update(stage=stage, updated_at=timezone.now())
    )
    before, participation.stage = participation.stage, stage
    if not moved:
        return False
    moment = at or timezone.now()
    StageChange.objects.create(
        participation=participation, stage=stage, at=moment, reason=reason[:250], actor=actor
    )
    record_event(
        participation=participation,
        kind=EventKind.STAGE,
        title=_("Étape\u00a0: %(stage)s") % {"stage": stage.label},
        text=reason,
        at=moment,
        actor=actor,
    )
    audit.record(
        actor=actor,
        verb="participation.stage_moved",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"stage": [before, stage.value]},
        comment=reason,
    )
    return True


def reach_stage(
    *, actor: User | None, participation: Participation, stage: Stage, at: datetime | None = None
) -> bool:
    """Move a company forward to a stage that its work has reached; never backwards, never out of closure."""
    present = Stage(participation.stage)
    if _ORDER.index(present) >= _ORDER.index(stage):
        return False
    return move_stage(actor=actor, participation=participation, stage=stage, at=at)


@transaction.atomic
def set_next_step(
    *, actor: User | None, participation: Participation, next_step: str, next_step_on: date | None = None
) -> None:
    """Say what comes next for a company, and when."""
    before = [participation.next_step, participation.next_step_on]
    if before == [next_step, next_step_on]:
        return
    participation.next_step, participation.next_step_on = next_step, next_step_on
    participation.full_clean(exclude=_UNTOUCHED, validate_unique=False)
    participation.save(update_fields=["next_step", "next_step_on", "updated_at"])
    audit.record(
        actor=actor,
        verb="participation.next_step_set",
        obj=participation,
        programme_id=participation.programme_id,
        changes={"next_step": [before[0], next_step]},
    )


@transaction.atomic
def follow_up(
    *,
    actor: User | None,
    participation: Participation,
    stage: Stage,
    reason: str = "",
    next_step: str = "",
    next_step_on: date | None = None,
) -> None:
    """Save the stage and the next step of a company together, as the follow-up form gives them."""
    move_stage(actor=actor, participation=participation, stage=stage, reason=reason)
    set_next_step(actor=actor, participation=participation, next_step=next_step, next_step_on=next_step_on)


@transaction.atomic
def set_observatory_consent(*, actor: User | None, participation: Participation, accepted: bool) -> None:
    """Accept or withdraw the reuse of a company's answers in the benchmark and the observatory."""
    if participation.observatory_consent == accepted:
        return
    participation.observatory_consent = accepted
    participation.observatory_consent_at = timezone.now() if accepted else None
    participation.save(update_fields=["observatory_consent", "observatory_consent_at", "updated_at"])
    audit.record(
        actor=actor,
        verb="participation.consent_given" if accepted else "participation.consent_withdrawn",
        obj=participation,
        programme_id=participation.programme_id,
    )


def project_maturity(
    *, participation: Participation, tenths: int | None, level: str, level_name: str
) -> None:
    """Keep the last submitted result beside the company: score in tenths (0 to 1000), level and its name."""
    _project(participation, maturity_tenths=tenths, maturity_level=level, maturity_level_name=level_name)


def project_counts(
    *,
    participation: Participation,
    diagnostics: int | None = None,
    open_actions: int | None = None,
    trained_people: int | None = None,
) -> None:
    """Keep counts of higher apps beside the company; ``None`` leaves a count as it is."""
    counts = {
        "diagnostics_count": diagnostics,
        "open_actions_count": open_actions,
        "trained_people_count": trained_people,
    }
    _project(participation, **{name: value for name, value in counts.items() if value is not None})


def _project(participation: Participation, **values: Any) -> None:
    Participation.objects.filter(pk=participation.pk).update(**values)
    for name, value in values.items():
        setattr(participation, name, value)
