"""The fictional companies as values: where they are, what they do, how mature they are. Pure module.

Weights follow the agreement's first sectors (accountancy, banking, insurance, logistics, software,
industry) and the usual shape of a regional programme: many small firms, a few large ones.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edec_ia.demonstration import identities, names
from edec_ia.demonstration.randomness import Weighted, clamp, source

SECTION_WEIGHTS = {
    "A": 2, "C": 17, "E": 1, "F": 8, "G": 14, "H": 10, "I": 4, "J": 11, "K": 7, "L": 2, "M": 12,
    "N": 5, "P": 2, "Q": 4, "R": 1, "S": 1,
}  # fmt: skip
# Sub-classes drawn more often than the others of their section.
FAVOURED_NAF = {
    "69.20Z": 14, "64.19Z": 5, "65.12Z": 5, "66.22Z": 8, "49.41A": 8, "49.41B": 7, "52.10B": 8,
    "62.01Z": 8, "62.02A": 9, "58.29C": 7, "43.21A": 6, "43.22A": 5, "47.11F": 4, "46.90Z": 4,
    "56.10A": 6, "25.62B": 6, "10.71C": 5, "22.29A": 4, "28.99B": 4, "71.12B": 7, "70.22Z": 6,
    "78.20Z": 5, "86.90B": 3, "88.10A": 4, "01.50Z": 3, "68.31Z": 4, "85.59A": 5,
}  # fmt: skip
# INSEE workforce bands: (weight in the programme, people at least, people at most).
BANDS = {
    "NN": (2, 0, 0), "00": (1, 0, 0), "01": (12, 1, 2), "02": (13, 3, 5), "03": (14, 6, 9),
    "11": (18, 10, 19), "12": (17, 20, 49), "21": (9, 50, 99), "22": (7, 100, 199),
    "31": (2, 200, 249), "32": (2.5, 250, 499), "41": (1.5, 500, 999), "42": (0.7, 1000, 1999),
    "51": (0.3, 2000, 4999),
}  # fmt: skip
# How far a sector stands from the mean maturity, on a scale where the mean company is at 0.35.
SECTOR_LEAN = {
    "A": -0.10, "C": 0.00, "E": -0.02, "F": -0.13, "G": -0.05, "H": -0.02, "I": -0.15, "J": 0.22,
    "K": 0.15, "L": -0.05, "M": 0.10, "N": -0.03, "P": 0.03, "Q": -0.08, "R": -0.05, "S": -0.10,
}  # fmt: skip
MEAN_MATURITY = 0.35
MATURITY_SPREAD = 0.14
# The company whose manager a visitor enters as: far enough to show a result, a plan and trainings.
SHOWN_INDEX = 0
SHOWN_BAND, SHOWN_SECTION, SHOWN_MATURITY = "12", "C", 0.47


class Progress(StrEnum):
    """How far the programme has gone with a company by today."""

    SPOTTED = "spotted"
    CONTACTED = "contacted"
    ENGAGED = "engaged"
    INVITED = "invited"
    ANSWERING = "answering"
    SUBMITTED = "submitted"
    PLANNED = "planned"
    TRAINED = "trained"
    CLOSED = "closed"
    DECLINED = "declined"

    @property
    def has_result(self) -> bool:
        """Whether a diagnostic was submitted."""
        return self in {Progress.SUBMITTED, Progress.PLANNED, Progress.TRAINED, Progress.CLOSED}


PROGRESS_WEIGHTS = {
    Progress.SPOTTED: 9, Progress.CONTACTED: 8, Progress.ENGAGED: 6, Progress.INVITED: 5,
    Progress.ANSWERING: 9, Progress.SUBMITTED: 15, Progress.PLANNED: 20, Progress.TRAINED: 16,
    Progress.CLOSED: 7, Progress.DECLINED: 5,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TownRow:
    """A real commune: INSEE code, name, one postal code, inhabitants."""

    code: str
    name: str
    postal_code: str
    population: int


@dataclass(frozen=True, slots=True)
class NafRow:
    """A real NAF rév. 2 sub-class and its section."""

    code: str
    section: str


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """One fictional company and its story in the programme.

    ``maturity`` runs from 0 to 1 and drives the answers; ``entered`` is the share (0 to 1) of the
    programme's past at which it was spotted.
    """

    index: int
    siren: str
    siret: str
    name: str
    naf_code: str
    section: str
    workforce_band: str
    people: int
    town: TownRow
    address: str
    manager: names.DemoPerson
    email: str
    phone: str
    maturity: float
    progress: Progress
    entered: float


@dataclass(frozen=True)
class Makers:
    """What companies are drawn from; built once, used for each."""

    towns: Weighted[TownRow]
    sections: Weighted[str]
    naf: Mapping[str, Weighted[NafRow]]
    bands: Weighted[str]
    progress: Weighted[Progress]


def makers(towns: Sequence[TownRow], naf: Sequence[NafRow]) -> Makers:
    """Prepare the draws. Raises ``ValueError`` when a section used here has no sub-class."""
    by_section: dict[str, dict[NafRow, float]] = {}
    for row in naf:
        by_section.setdefault(row.section, {})[row] = FAVOURED_NAF.get(row.code, 1)
    missing = SECTION_WEIGHTS.keys() - by_section.keys()
    if missing:
        raise ValueError(f"no NAF sub-class for sections {sorted(missing)}")
    return Makers(
        towns=Weighted({town: town.population for town in towns}),
        sections=Weighted(SECTION_WEIGHTS),
        naf={section: Weighted(rows) for section, rows in by_section.items()},
        bands=Weighted({code: weight for code, (weight, _least, _most) in BANDS.items()}),
        progress=Weighted(PROGRESS_WEIGHTS),
    )


def company(index: int, seed: int, using: Makers) -> DemoCompany:
    """Return the ``index``-th company (from 0); it never depends on how many there are."""
    rng = source(seed, "company", index)
    shown = index == SHOWN_INDEX
    naf = using.naf[SHOWN_SECTION if shown else using.sections.draw(rng)].draw(rng)
    band = SHOWN_BAND if shown else using.bands.draw(rng)
    _weight, least, most = BANDS[band]
    people = rng.randint(least, most)
    name = names.company_name(rng, naf.code)
    manager = names.person(rng)
    siren = identities.siren(index, seed)
    return DemoCompany(
        index=index,
        siren=siren,
        siret=identities.siret(siren, 1 if rng.random() < 0.85 else 2),
        name=name,
        naf_code=naf.code,
        section=naf.section,
        workforce_band=band,
        people=people,
        town=using.towns.draw(rng),
        address=names.street_address(rng),
        manager=manager,
        email=names.email(manager, name),
        phone=names.phone(rng),
        maturity=SHOWN_MATURITY if shown else _maturity(rng, naf.section, people),
        progress=Progress.TRAINED if shown else using.progress.draw(rng),
        entered=0.1 if shown else rng.random() ** 1.2 * 0.93,
    )


def _maturity(rng: random.Random, section: str, people: int) -> float:
    """Return the hidden maturity: the sector, the size, then chance."""
    size = 0.04 * min(people, 1000) ** 0.25 - 0.07
    return clamp(rng.gauss(MEAN_MATURITY + SECTOR_LEAN[section] + size, MATURITY_SPREAD), 0.03, 0.97)
