"""The list of companies: rows ready to print, choices of the filters, the export.

Measured page: rows come from one query without building model instances, labels from small tables
kept in the cache, and the template loops without includes.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.core.cache import caches
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import SizeBand, Stage
from companies.import_parsing import Field
from companies.models import Contact, Participation
from companies.selectors.identity import identity_of
from companies.wording import field_label, workforce_label
from core.compiled import CompiledQuery
from core.exports import Sheet
from core.formats import format_date, format_number
from core.freshness import kept_for
from programme.access import Access
from programme.enums import STAFF
from programme.links import programme_url
from programme.models import Activity, Department, Epci, Programme
from programme.selectors import role_holders

Choices = tuple[tuple[str, str], ...]
_CACHE_SECONDS = 600
_COUNT_SECONDS = 10
_TONES = {
    Stage.SPOTTED: "",
    Stage.CONTACTED: "info",
    Stage.ENGAGED: "accent",
    Stage.DIAGNOSTIC: "accent",
    Stage.PLAN: "accent",
    Stage.TRAINING: "accent",
    Stage.CLOSED: "good",
}
ROW_FIELDS = (
    "pk",
    "name",
    "city",
    "stage",
    "activity_code",
    "size_band",
    "company_created_on",
    "department_code",
    "advisor__first_name",
    "advisor__last_name",
    "maturity_tenths",
    "maturity_level_name",
    "next_step",
    "next_step_on",
    "is_outside_territory",
    "to_complete",
    "register_pending",
)
_ACTIVITY, _DEPARTMENT = ROW_FIELDS.index("activity_code"), ROW_FIELDS.index("department_code")


_ADVISOR_NAMES = CompiledQuery(
    lambda programme: role_holders(programme, *STAFF).values_list("pk", "first_name", "last_name", "email"),
    "programme",
)

# As many as a page has rows; keys that no row has fill the last one.
_KEY_NAMES = tuple(f"key_{rank}" for rank in range(25))
_BY_KEYS = CompiledQuery(
    lambda **keys: (
        Participation.objects.filter(pk__in=list(keys.values())).order_by().values_list(*ROW_FIELDS)
    ),
    *_KEY_NAMES,
)


@dataclass(frozen=True, slots=True)
class CompanyRow:
    """One line of the list, every text ready."""

    url: str
    name: str
    place: str
    flag: str
    stage: str
    tone: str
    activity: str
    size: str
    advisor: str
    score: str
    level: str
    next_step: str
    next_step_on: str
    is_late: bool


def stage_tone(stage: str) -> str:
    """Tone of the badge of a stage."""
    return _TONES[Stage(stage)]


def section_labels() -> dict[str, str]:
    """Names of the NAF sections, by letter."""
    labels: Any = caches["reference"].get_or_set(
        "companies:sections",
        lambda: dict(Activity.objects.filter(level=1).values_list("code", "label")),
        _CACHE_SECONDS,
    )
    return dict(labels)


def section_choices() -> Choices:
    """Sections as choices of a filter: their letter before their name."""
    return tuple((code, f"{code} – {label}") for code, label in section_labels().items())


def activity_labels() -> dict[str, str]:
    """Names of the activities, by NAF code."""
    labels: Any = caches["reference"].get_or_set(
        "companies:activities",
        lambda: dict(Activity.objects.filter(level=5).values_list("code", "label")),
        _CACHE_SECONDS,
    )
    return dict(labels)


def age_text(created_on: date | None, today: date) -> str:
    """The age of a company in words; nothing when it is not known."""
    if created_on is None or created_on > today:
        return ""
    years = today.year - created_on.year - ((today.month, today.day) < (created_on.month, created_on.day))
    if not years:
        return _("moins d’un an")
    return ngettext("%(n)s an", "%(n)s ans", years) % {"n": years}


def department_choices(programme: Programme) -> Choices:
    """Departments of the programme's region."""
    return _cached_choices(
        f"companies:departments:{programme.region_id}",
        lambda: Department.objects.filter(region_id=programme.region_id).values_list("code", "name"),
    )


def epci_choices(programme: Programme) -> Choices:
    """EPCI of the programme's region, by name."""
    return _cached_choices(
        f"companies:epci:{programme.region_id}",
        lambda: Epci.objects.filter(department__region_id=programme.region_id).values_list("siren", "name"),
    )


def _cached_choices(key: str, read: Callable[[], Iterable[Sequence[Any]]]) -> Choices:
    choices: Any = caches["reference"].get_or_set(
        key, lambda: tuple((str(code), str(label)) for code, label in read()), _CACHE_SECONDS
    )
    return tuple(choices)


def advisors(programme: Programme) -> Sequence[User]:
    """People who may advise companies in a programme, by name."""
    return list(role_holders(programme, *STAFF))


def advisor_choices(programme: Programme) -> Choices:
    """The same people as choices of a filter: their key and their name, in one compiled read."""
    rows = _ADVISOR_NAMES.rows(programme=programme.pk)
    return tuple((str(pk), f"{first} {last}".strip() or email) for pk, first, last, email in rows)


def kept_count(access: Access, what: str, count: Callable[[], int]) -> int:
    """How many companies are filtered, kept a few seconds and never beyond the caller's last move.

    Counting ten thousand rows takes the database longer than giving twenty-five of them.
    """
    if access.user is None:
        return count()
    name = f"companies:count:{access.programme.pk}:{hashlib.sha256(what.encode()).hexdigest()}"
    return kept_for(access.user.pk, name, _COUNT_SECONDS, count)


def values_by_keys(keys: Sequence[int]) -> list[Sequence[Any]]:
    """Values of ``ROW_FIELDS`` in the order of the keys, which the caller is known to see."""
    found: dict[int, Sequence[Any]] = {}
    for start in range(0, len(keys), len(_KEY_NAMES)):
        asked = keys[start : start + len(_KEY_NAMES)]
        values: dict[str, int] = dict(zip_longest(_KEY_NAMES, asked, fillvalue=0))  # type: ignore[arg-type]
        found.update((row[0], row) for row in _BY_KEYS.rows(**values))
    # One removed since the search is left out.
    return [found[key] for key in keys if key in found]


def company_rows(access: Access, values: Iterable[Sequence[Any]]) -> list[CompanyRow]:
    """Lines of the list from values of ``ROW_FIELDS``."""
    activities, departments = activity_labels(), dict(department_choices(access.programme))
    address, today, language = (
        programme_url(access.programme, "companies:list"),
        timezone.localdate(),
        get_language(),
    )
    return [
        _line(
            tuple(row),
            activities.get(row[_ACTIVITY], ""),
            departments.get(row[_DEPARTMENT], row[_DEPARTMENT]),
            address,
            today,
            language,
        )
        for row in values
    ]


@lru_cache(maxsize=4096)
def _line(
    row: tuple[Any, ...], activity: str, where: str, address: str, today: date, _language: str
) -> CompanyRow:
    """One line, written once for the same values on the same day."""
    pk, name, city, stage, _code, size, created_on, _department, first, last, *rest = row
    score, level, step, day, is_outside, is_incomplete, is_pending = rest
    flag = _("hors territoire") if is_outside else _("à compléter") if is_incomplete or is_pending else ""
    band = "" if size == SizeBand.UNKNOWN else str(SizeBand(size).label)
    return CompanyRow(
        url=f"{address}{pk}/",
        name=name,
        place=f"{city} ({where})" if city and where else city or where,
        flag=flag,
        stage=str(Stage(stage).label),
        tone=stage_tone(stage),
        activity=activity,
        size=" · ".join(fact for fact in (band, age_text(created_on, today)) if fact),
        advisor=f"{first or ''} {last or ''}".strip(),
        score=format_number(score / 10, 1) if score is not None else "",
        level=level,
        next_step=step,
        next_step_on=format_date(day) if day else "",
        is_late=day is not None and day < today,
    )


EXPORT_FIELDS = tuple(field for field in Field if field is not Field.WORKFORCE)


def export_sheet(rows: "QuerySet[Any]") -> Sheet:
    """What is filtered, under the headings of the import template first, so that it can be read back."""
    extra = (
        _("Département"),
        _("Secteur"),
        _("Hors territoire"),
        _("Score de maturité"),
        _("Niveau de maturité"),
        _("Prochaine étape"),
        _("Date de la prochaine étape"),
    )
    return Sheet(
        title=_("Entreprises"),
        columns=[*(field_label(field) for field in EXPORT_FIELDS), *extra],
        rows=_export_rows(rows),
    )


def _export_rows(rows: "QuerySet[Any]") -> Iterator[list[Any]]:
    sections = section_labels()
    contacts = Prefetch("contacts", queryset=Contact.objects.order_by("-is_main", "pk"))
    found = rows.select_related("establishment__company", "advisor").prefetch_related(contacts)
    for participation in found.iterator(chunk_size=500):
        facts = _export_facts(participation)
        score = participation.maturity_tenths
        yield [
            *(facts[field] for field in EXPORT_FIELDS),
            participation.department_code,
            sections.get(participation.section, ""),
            _("oui") if participation.is_outside_territory else _("non"),
            score / 10 if score is not None else None,
            participation.maturity_level_name,
            participation.next_step,
            participation.next_step_on,
        ]


def _export_facts(participation: Participation) -> dict[Field, str]:
    identity = identity_of(participation)
    contact = next(iter(participation.contacts.all()), Contact())
    return {
        Field.SIRET: participation.establishment.siret,
        Field.NAME: identity.name,
        Field.TRADE_NAME: identity.trade_name,
        Field.ADDRESS: identity.address,
        Field.POSTAL_CODE: identity.postal_code,
        Field.CITY: identity.city,
        Field.COMMUNE_CODE: identity.commune_code,
        Field.NAF_CODE: identity.main_activity,
        Field.WORKFORCE_BAND: (
            workforce_label(identity.local_workforce) if identity.local_workforce != "NN" else "NN"
        ),
        Field.LEGAL_CATEGORY: identity.legal_category,
        Field.STAGE: str(Stage(participation.stage).label),
        Field.ADVISOR_EMAIL: participation.advisor.email if participation.advisor else "",
        Field.CONTACT_FIRST_NAME: contact.first_name,
        Field.CONTACT_LAST_NAME: contact.last_name,
        Field.CONTACT_EMAIL: contact.email,
        Field.CONTACT_PHONE: contact.phone,
        Field.CONTACT_POSITION: contact.job_title,
    }


def template_sheet() -> Sheet:
    """The file to download, fill and import: its headings and one line that shows the form of each."""
    example = {
        Field.SIRET: "12345678900012",
        Field.NAME: _("Nom de l’entreprise"),
        Field.ADDRESS: _("3 rue de l’Exemple"),
        Field.POSTAL_CODE: "59000",
        Field.CITY: "Lille",
        Field.NAF_CODE: "62.01Z",
        Field.WORKFORCE_BAND: workforce_label("12"),
        Field.LEGAL_CATEGORY: "5710",
        Field.STAGE: str(Stage.SPOTTED.label),
    }
    return Sheet(
        title=_("Entreprises"),
        columns=[field_label(field) for field in EXPORT_FIELDS],
        rows=[[example.get(field, "") for field in EXPORT_FIELDS]],
    )
