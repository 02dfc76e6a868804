"""What the public register answers, kept a while; silence is remembered for a moment too."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from companies.clients.recherche_entreprises import (
    SHORTEST_SEARCH,
    RegisterClient,
    RegisterUnavailableError,
)
from companies.drafts import ParticipationDraft, RowVerdict
from companies.faults import FileFaultError
from companies.identifiers import format_siret
from companies.models import Participation
from companies.register import Surroundings, read_answer
from companies.selectors.imports import row_context
from companies.selectors.lists import activity_labels
from companies.wording import describe_issue, withheld_name, workforce_label
from programme.models import Programme

_DOWN = "companies:register:down"
_DOWN_SECONDS = 30
_NOTHING_SECONDS = 300
_SIRET_DIGITS = 14


class LookupState(StrEnum):
    """How a question to the register ended."""

    OFF = "off"
    FOUND = "found"
    NOTHING = "nothing"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Suggestion:
    """A company of the register, ready to choose: ``participation_id`` when it is in the programme."""

    draft: ParticipationDraft
    name: str
    siret: str
    place: str
    detail: str
    notes: tuple[str, ...]
    participation_id: int | None


@dataclass(frozen=True)
class Lookup:
    """The answer to one question."""

    state: LookupState
    suggestions: tuple[Suggestion, ...] = ()


def look_up(programme: Programme, text: str) -> Lookup:
    """Companies of the register that bear a name or a number. Never raises, never waits long."""
    if not settings.REGISTER_URL:
        return Lookup(LookupState.OFF)
    terms = " ".join(text.split()).lower()
    if len(terms) < SHORTEST_SEARCH:
        return Lookup(LookupState.NOTHING)
    verdicts = _verdicts(programme, terms)
    if verdicts is None:
        return Lookup(LookupState.UNAVAILABLE)
    kept = [(verdict, verdict.draft) for verdict in verdicts if verdict.draft is not None]
    known = dict(
        Participation.objects.for_programme(programme)
        .filter(establishment__siret__in=[draft.establishment.siret for _verdict, draft in kept])
        .values_list("establishment__siret", "pk")
    )
    labels = activity_labels()
    suggestions = tuple(_suggestion(verdict, draft, labels, known) for verdict, draft in kept)
    return Lookup(LookupState.FOUND if suggestions else LookupState.NOTHING, suggestions)


def draft_of(programme: Programme, siret: str) -> tuple[LookupState, ParticipationDraft | None]:
    """What the register says of one establishment; an answer about another one is no answer."""
    number = "".join(siret.split())
    if not number.isdigit() or len(number) != _SIRET_DIGITS:
        return LookupState.NOTHING, None
    answer = look_up(programme, number)
    for suggestion in answer.suggestions:
        if suggestion.draft.establishment.siret == number:
            return LookupState.FOUND, suggestion.draft
    state = LookupState.NOTHING if answer.state is LookupState.FOUND else answer.state
    return state, None


def _verdicts(programme: Programme, terms: str) -> tuple[RowVerdict, ...] | None:
    key = _key(programme, terms)
    kept: Any = cache.get(key)
    if kept is not None:
        return tuple(kept)
    if cache.get(_DOWN):
        return None
    client = RegisterClient(settings.REGISTER_URL, settings.REGISTER_SECONDS)
    context = row_context(programme)
    around = Surroundings(context.gazetteer, context.naf_codes, context.allow_reserved)
    try:
        answer = read_answer(client.search(terms, region=programme.region_id), around)
    except (RegisterUnavailableError, FileFaultError):
        # The next keystrokes must not wait for the same silence.
        cache.set(_DOWN, True, _DOWN_SECONDS)  # noqa: FBT003 -- the value of a cache entry
        return None
    found = any(verdict.draft for verdict in answer.verdicts)
    cache.set(key, answer.verdicts, settings.REGISTER_CACHE_SECONDS if found else _NOTHING_SECONDS)
    return answer.verdicts


def _key(programme: Programme, terms: str) -> str:
    place = f"{settings.REGISTER_URL}|{programme.region_id}|{programme.is_demonstration}|{terms}"
    return f"companies:register:{hashlib.sha256(place.encode()).hexdigest()}"


def _suggestion(
    verdict: RowVerdict, draft: ParticipationDraft, labels: dict[str, str], known: dict[str, int]
) -> Suggestion:
    place = draft.establishment
    activity = place.naf_code or draft.company.naf_code
    band = place.workforce_band or draft.company.workforce_band
    facts = (labels.get(activity, activity), workforce_label(band) if band not in ("", "NN") else "")
    name = draft.company.name or withheld_name(draft.company.siren)
    return Suggestion(
        draft=draft,
        name=f"{name} ({place.trade_name})" if place.trade_name else name,
        siret=format_siret(place.siret),
        place=f"{place.postal_code} {place.city}".strip() or _("adresse non connue"),
        detail=" · ".join(fact for fact in facts if fact),
        notes=tuple(describe_issue(issue) for issue in verdict.warnings),
        participation_id=known.get(place.siret),
    )
