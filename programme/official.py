"""The public programme, with its public facts only. Everything else is entered by its team.

Sources: launch announced on 29 January 2019 at Marcq-en-Barœul (Medef Lille Métropole, Opcalia, the
State, Région Hauts-de-France); total 1 046 100 €, of which 507 331 € from the State; four axes; two years.
"""

from datetime import date

from django.db import transaction

from programme import services
from programme.models import Programme, Region

SLUG = "edec-ia-hauts-de-france"
TOTAL_CENTS = 104_610_000
STATE_CENTS = 50_733_100
# What the others pay is not itemised publicly: one envelope that staff can split.
OTHERS_CENTS = TOTAL_CENTS - STATE_CENTS
AXES = (
    (
        "Étude",
        "Mesurer l’impact de l’intelligence artificielle sur les métiers et les compétences de la région, "
        "pour que les acteurs économiques disposent d’une information complète.",
    ),
    (
        "Accompagnement",
        "Accompagner les entreprises\u00a0: un diagnostic, puis la conduite d’un plan d’actions.",
    ),
    (
        "Formation",
        "Former les entreprises et les actifs aux enjeux techniques, juridiques, économiques et éthiques.",
    ),
    (
        "Capitalisation",
        "Permettre à d’autres territoires de reproduire l’expérience\u00a0: observatoire, évènements, hub.",
    ),
)
SOURCE = (
    "Annonce publique du 29 janvier 2019 (Medef Lille Métropole, Opcalia, État, Région "
    "Hauts-de-France)\u00a0: "
    "quatre volets, deux ans, 1 046 100 € dont 507 331 € de l’État."
)


@transaction.atomic
def install_official_programme() -> Programme:
    """Open the official programme if it is not there; an existing one is left as its team made it."""
    existing = Programme.objects.filter(slug=SLUG).first()
    if existing:
        return existing
    return services.create_programme(
        actor=None,
        slug=SLUG,
        name="EDEC Intelligence artificielle – Hauts-de-France",
        short_name="EDEC IA",
        region=Region.objects.get(code="32"),
        starts_on=date(2019, 1, 29),
        ends_on=date(2021, 1, 28),
        total_cents=TOTAL_CENTS,
        axes=AXES,
        source=SOURCE,
    )
