"""The list of companies: rows ready to print, choices of the filters, the export.

Measured page: rows come from one query without building model instances, labels from small tables
kept in the cache, and the template loops without includes.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from companies.enums import SizeBand, Stage
from companies.import_parsing import Field
from companies.models import Contact, Participation
from companies.selectors.identity import identity_of
from companies.wording import field_label, workforce_label
from core.exports import Sheet
from core.formats import format_date, format_number
from programme.access import Access
from programme.enums import STAFF
from programme.links import programme_url
from programme.models import Activity, Department, Epci, Programme
from programme.selectors import role_holders

Choices = tuple[tuple[str, str], ...]
_CACHE_SECONDS = 600
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
    "section",
    "size_band",
    "department_code",
    "advisor__first_name",
    "advisor__last_name",
    "maturity_tenths",
    "maturity_level_name",
    "next_step",
    "next_step_on",
    "is_outside_territory",
    "to_complete",
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
    sector: str
    size: str
    advisor: str
    score: str
    level: str
    next_step: str
    next_step_on: str


def stage_tone(stage: str) -> str:
    """Tone of the badge of a stage."""
    return _TONES[Stage(stage)]


def section_labels() -> dict[str, str]:
    """Names of the NAF sections, by letter."""
    labels: Any = cache.get_or_set(
        "companies:sections",
        lambda: dict(Activity.objects.filter(level=1).values_list("code", "label")),
        _CACHE_SECONDS,
    )
    return dict(labels)


def department_choices(programme: Programme) -> Choices:
    """Departments of the programme's region."""
    return _cached_choices(
        f"companies:departments:{programme.region_id}",
        Department.objects.filter(region_id=programme.region_id).values_list("code", "name"),
    )


def epci_choices(programme: Programme) -> Choices:
    """EPCI of the programme's region, by name."""
    return _cached_choices(
        f"companies:epci:{programme.region_id}",
        Epci.objects.filter(department__region_id=programme.region_id).values_list("siren", "name"),
    )


def _cached_choices(key: str, rows: Iterable[Sequence[Any]]) -> Choices:
    choices: Any = cache.get_or_set(
        key, lambda: tuple((str(code), str(label)) for code, label in rows), _CACHE_SECONDS
    )
    return tuple(choices)


def advisors(programme: Programme) -> Sequence[User]:
    """People who may advise companies in a programme, by name."""
    return list(role_holders(programme, *STAFF))


def company_rows(access: Access, values: Iterable[Sequence[Any]]) -> list[CompanyRow]:
    """Lines of the list from values of ``ROW_FIELDS``."""
    sections = section_labels()
    departments = dict(department_choices(access.programme))
    stages = {stage.value: (str(stage.label), _TONES[stage]) for stage in Stage}
    sizes = {band.value: str(band.label) for band in SizeBand if band is not SizeBand.UNKNOWN}
    outside, incomplete = str(_("hors territoire")), str(_("à compléter"))
    address = programme_url(access.programme, "companies:list")
    rows = []
    for row in values:
        pk, name, city, stage, section, size, department, first, last, *rest = row
        score, level, step, day, is_outside, is_incomplete = rest
        label, tone = stages[stage]
        where = departments.get(department, department)
        rows.append(
            CompanyRow(
                url=f"{address}{pk}/",
                name=name,
                place=f"{city} ({where})" if city and where else city or where,
                flag=outside if is_outside else incomplete if is_incomplete else "",
                stage=label,
                tone=tone,
                sector=sections.get(section, ""),
                size=sizes.get(size, ""),
                advisor=f"{first or ''} {last or ''}".strip(),
                score=format_number(score / 10, 1) if score is not None else "",
                level=level,
                next_step=step,
                next_step_on=format_date(day) if day else "",
            )
        )
    return rows


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
