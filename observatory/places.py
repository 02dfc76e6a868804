"""The EPCI of a programme as the map needs them."""

from collections import defaultdict
from dataclasses import dataclass

from django.utils.translation import gettext as _

from programme.models import Commune, Epci, Programme

# words that say what kind of group it is, not which one
_KINDS = frozenset({"CC", "CA", "CU", "Métropole", "Européenne", "de", "du", "des", "la", "le", "les"})


@dataclass(frozen=True)
class Place:
    """An EPCI: its code in the tables, its names, its centre, and the wider areas it lies in."""

    code: str
    name: str
    short: str
    department: str
    longitude: float
    latitude: float
    wider: tuple[tuple[str, str], ...]


def places_of(programme: Programme) -> list[Place]:
    """EPCI of the programme's region that have a centre, with their arrondissement when it is one only."""
    around: dict[str, set[tuple[str, str]]] = defaultdict(set)
    rows = (
        Commune.objects.filter(department__region=programme.region_id, epci__isnull=False)
        .order_by()
        .values_list("epci", "arrondissement", "arrondissement__name")
        .distinct()
    )
    for epci, code, name in rows:
        around[epci].add((f"A{code}", _("{name} (arrondissement)").format(name=name)))
    epcis = Epci.objects.filter(siren__in=around, longitude__isnull=False).select_related("department")
    return [
        Place(
            code=f"E{epci.siren}",
            name=epci.name,
            short=_short(epci.name),
            department=epci.department.name,
            longitude=float(epci.longitude or 0),
            latitude=float(epci.latitude or 0),
            wider=(
                *(tuple(around[epci.siren]) if len(around[epci.siren]) == 1 else ()),
                (f"D{epci.department_id}", epci.department.name),
            ),
        )
        for epci in epcis.order_by("name")
    ]


def _short(name: str) -> str:
    """« CC de Desvres-Samer » → « Desvres-Samer »."""
    kept = name.split(" ")
    while len(kept) > 1 and kept[0] in _KINDS:
        kept.pop(0)
    found = " ".join(kept)
    for elision in ("d'", "l'", "d’", "l’"):
        found = found.removeprefix(elision)
    return found[:1].upper() + found[1:]
