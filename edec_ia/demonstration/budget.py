"""A plausible budget of the agreement and the invoices that consume it. Pure module.

Public are the total, the State's part and the four axes; the split among the other funders and the
amounts of the lines are invented, and shown as demonstration data wherever they appear.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from edec_ia.demonstration.calendar import CURRENT_MONTH, DemoCalendar
from edec_ia.demonstration.randomness import source
from funding.enums import Nature

CENTS = 100
STATE_CENTS = 507_331 * CENTS
TOTAL_CENTS = 1_046_100 * CENTS
# Name, short name, agreed amount, in the order of the agreement; only the State's amount is public.
FUNDERS = (
    ("État", "État", STATE_CENTS),
    ("Région (répartition fictive)", "Région", 250_000 * CENTS),
    ("Opérateur de compétences (répartition fictive)", "OPCO", 188_769 * CENTS),
    ("Organisation d’employeurs (répartition fictive)", "Employeurs", 100_000 * CENTS),
)
# The first plan gave more to rooms and less to sessions: an amendment moved it.
AMENDED_FROM, AMENDED_TO, AMENDED_CENTS = "3.3", "3.2", 6_000 * CENTS


@dataclass(frozen=True)
class PlannedLine:
    """A line of the budget: axis (1 to 4), nature, words, amount in cents, and how it is spent.

    ``consumed`` is the share invoiced by today, ``invoices`` their number, ``months`` the first and
    last month (1 to 24) in which work is invoiced.
    """

    code: str
    axis: int
    nature: Nature
    label: str
    planned_cents: int
    consumed: float
    invoices: int
    months: tuple[int, int]
    purposes: tuple[str, ...]


def _line(
    code: str, axis: int, nature: Nature, label: str, euros: int, *,
    consumed: float, invoices: int, months: tuple[int, int], purposes: tuple[str, ...],
) -> PlannedLine:  # fmt: skip
    return PlannedLine(code, axis, nature, label, euros * CENTS, consumed, invoices, months, purposes)


LINES = (
    _line(
        "1.1", 1, Nature.FEES, "Étude d’impact régionale", 118_000, consumed=1.0, invoices=6, months=(2, 9),
        purposes=("Acompte de l’étude d’impact", "Enquête auprès des branches", "Restitution de l’étude"),
    ),
    _line(
        "1.2", 1, Nature.STAFF, "Pilotage de l’étude", 24_000, consumed=0.94, invoices=8, months=(1, 9),
        purposes=("Temps passé au pilotage de l’étude",),
    ),
    _line(
        "2.1", 2, Nature.FEES, "Diagnostics et restitutions", 236_000, consumed=0.66, invoices=32,
        months=(3, 22),
        purposes=("Lot de diagnostics réalisés", "Restitutions individuelles", "Diagnostics approfondis"),
    ),
    _line(
        "2.2", 2, Nature.FEES, "Accompagnement des plans d’actions", 142_000, consumed=0.47, invoices=19,
        months=(5, 24),
        purposes=("Journées d’appui aux plans d’actions", "Atelier «\u00a0cas d’usage\u00a0»"),
    ),
    _line(
        "2.3", 2, Nature.STAFF, "Conseillers du programme", 96_000, consumed=0.63, invoices=16,
        months=(1, 24),
        purposes=("Temps passé des conseillers",),
    ),
    _line(
        "2.4", 2, Nature.TRAVEL, "Déplacements", 18_000, consumed=0.52, invoices=18, months=(2, 24),
        purposes=("Déplacements en entreprise", "Frais de mission"),
    ),
    _line(
        "3.1", 3, Nature.FEES, "Conception des modules de formation", 54_000, consumed=0.97, invoices=5,
        months=(3, 12),
        purposes=("Conception d’un module", "Adaptation à la branche", "Captation vidéo"),
    ),
    _line(
        "3.2", 3, Nature.FEES, "Animation des sessions", 178_000, consumed=0.44, invoices=21, months=(6, 24),
        purposes=("Animation d’une session", "Évaluation des acquis"),
    ),
    _line(
        "3.3", 3, Nature.SERVICES, "Location de salles et de matériel", 16_500, consumed=0.38, invoices=13,
        months=(6, 24),
        purposes=("Location d’une salle", "Location d’ordinateurs portables"),
    ),
    _line(
        "4.1", 4, Nature.FEES, "Observatoire régional", 62_000, consumed=0.58, invoices=7, months=(4, 24),
        purposes=("Conception de l’observatoire", "Collecte et mise en forme des données"),
    ),
    _line(
        "4.2", 4, Nature.COMMUNICATION, "Évènements et communication", 38_600, consumed=0.81, invoices=14,
        months=(2, 24),
        purposes=("Matinée de sensibilisation", "Impression de documents", "Journée régionale"),
    ),
    _line(
        "4.3", 4, Nature.SERVICES, "Accueil du hub", 15_000, consumed=0.60, invoices=10, months=(4, 24),
        purposes=("Mise à disposition d’un plateau",),
    ),
    _line(
        "4.4", 4, Nature.STAFF, "Animation et capitalisation", 32_000, consumed=0.56, invoices=14,
        months=(2, 24),
        purposes=("Temps passé à l’animation",),
    ),
    _line(
        "4.5", 4, Nature.FEES, "Évaluation finale", 16_000, consumed=0.0, invoices=0, months=(20, 24),
        purposes=("Évaluation finale",),
    ),
)  # fmt: skip

# Outside the region and invented, like the companies.
SUPPLIERS = {
    Nature.FEES: (
        "Cabinet Orchivelin & Houplaumont", "Atelier Vermissart Conseil", "Brumequin Études",
        "Coopérative Lanvoncelle", "Réseau Quervelin",
    ),
    Nature.TRAVEL: ("Membres de l’équipe (notes de frais)",),
    Nature.COMMUNICATION: ("Imprimerie Saulduvray", "Agence Flandravoine", "Traiteur Houplissart"),
    Nature.SERVICES: ("Espaces Tourbeval", "Salles & Plateaux Malterange"),
    Nature.STAFF: ("Association porteuse du programme (démonstration)",),
}  # fmt: skip


@dataclass(frozen=True)
class DemoInvoice:
    """One expense to enter: net amount in cents, all of it eligible unless ``ineligible_cents``."""

    line: str
    rank: int
    on: date
    supplier: str
    label: str
    number: str
    amount_cents: int
    ineligible_cents: int


def invoices(line: PlannedLine, seed: int, calendar: DemoCalendar) -> list[DemoInvoice]:
    """Return the invoices of a line up to today, in order of date.

    Eligible amounts sum exactly to the consumed share of the line, so that no line overruns.
    """
    if not line.invoices:
        return []
    rng = source(seed, "invoices", line.code)
    target = round(line.planned_cents * line.consumed)
    weights = [0.0]
    for _ in range(line.invoices):
        weights.append(weights[-1] + rng.lognormvariate(0, 0.35))
    bounds = [round(target * weight / weights[-1]) for weight in weights]
    first, last = line.months[0], min(line.months[1], CURRENT_MONTH)
    start = calendar.month_start(first)
    span = (min(calendar.today, calendar.month_start(last + 1) - timedelta(days=1)) - start).days
    found = []
    for rank, (low, high) in enumerate(pairwise(bounds)):
        place = (rank + rng.uniform(0.2, 0.95)) / line.invoices
        on = max(calendar.working_day(start + timedelta(days=round(span * place))), calendar.starts_on)
        extra = round((high - low) * 0.08) if rng.random() < 0.06 else 0
        found.append(
            DemoInvoice(
                line=line.code,
                rank=rank,
                on=on,
                supplier=rng.choice(SUPPLIERS[line.nature]),
                label=rng.choice(line.purposes),
                number=f"F{on:%y%m}-{rng.randint(100, 999)}",
                amount_cents=high - low + extra,
                ineligible_cents=extra,
            )
        )
    return found
