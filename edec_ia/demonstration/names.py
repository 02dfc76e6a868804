"""Invented names of companies, people and streets. Pure module.

Surnames are coined from syllables so that no real company or person is named; first names and
legal forms are ordinary. Long names, accents and ampersands are frequent on purpose: the screens
must bear them.
"""

import random
import unicodedata
from dataclasses import dataclass

_STARTS = (
    "Brum", "Vaucr", "Delomb", "Querv", "Malt", "Houpl", "Tourb", "Lanv", "Chicor", "Ferqu", "Wambr",
    "Escob", "Grimb", "Orchiv", "Peuplin", "Sauld", "Verm", "Hesdr", "Bailv", "Cassign", "Douriv",
    "Flandr", "Estaimb", "Zuyt", "Courcel", "Ostrev", "Marbr", "Ternois", "Thiér", "Avesn",
)  # fmt: skip
_ENDS = (
    "elin", "aucourt", "equin", "eval", "ignies", "ombelle", "aert", "inghem", "élisse", "oncelle",
    "uvray", "éville", "avoine", "issart", "ouchel", "égnier", "enthal", "orange", "écluse", "aumont",
)  # fmt: skip
_FEMININE = (
    "Agathe", "Aïcha", "Amélie", "Anaïs", "Bérengère", "Camille", "Céline", "Chloé", "Claire", "Élodie",
    "Fatima", "Françoise", "Gwenaëlle", "Hélène", "Inès", "Jeanne", "Karima", "Léa", "Louise", "Manon",
    "Maëlle", "Nadia", "Noémie", "Océane", "Pauline", "Rachida", "Salomé", "Sophie", "Thérèse", "Yasmine",
)  # fmt: skip
_MASCULINE = (
    "Adrien", "Ahmed", "Alexandre", "Antoine", "Baptiste", "Benoît", "Cédric", "Clément", "Damien", "Éloi",
    "Étienne", "Farid", "François", "Gaël", "Grégory", "Hugo", "Jérôme", "Julien", "Karim", "Léo",
    "Loïc", "Ludovic", "Mathéo", "Mehdi", "Nathanaël", "Olivier", "Rémi", "Samuel", "Théo", "Yves",
)  # fmt: skip
_STREETS = (
    "rue de la Ducasse", "rue des Filatures", "avenue des Terrils", "rue du Beffroi", "quai du Halage",
    "chemin des Betteraves", "rue des Brodeuses", "zone d’activités des Moulins", "rue du Houblon",
    "allée des Tisserands", "route des Watergangs", "place du Marché-aux-Poissons", "rue des Estaminets",
    "boulevard des Géants", "parc d’activités de la Plaine", "impasse de la Chicorée",
)  # fmt: skip

# Words before a surname, by NAF division; the section's list serves the others.
_TRADES: dict[str, tuple[str, ...]] = {
    "01": ("GAEC", "Ferme", "Cultures"),
    "10": ("Brasserie-biscuiterie", "Conserverie", "Biscuiterie", "Fromagerie"),
    "13": ("Filature", "Tissages", "Dentelles"),
    "18": ("Imprimerie", "Reliure"),
    "22": ("Plasturgie", "Moulages"),
    "23": ("Verrerie", "Céramiques"),
    "25": ("Chaudronnerie", "Mécanique de précision", "Métallerie"),
    "26": ("Électronique", "Capteurs"),
    "28": ("Machines", "Équipements industriels"),
    "29": ("Équipements automobiles", "Carrosserie"),
    "31": ("Menuiseries", "Ameublement"),
    "41": ("Constructions", "Bâtiment"),
    "43": ("Couverture", "Électricité générale", "Plomberie-chauffage"),
    "45": ("Garage", "Automobiles"),
    "46": ("Négoce", "Distribution"),
    "47": ("Maison", "Librairie", "Comptoir"),
    "49": ("Transports", "Messageries"),
    "52": ("Logistique", "Entrepôts"),
    "55": ("Hôtel", "Auberge"),
    "56": ("Restaurant", "Traiteur"),
    "58": ("Éditions", "Logiciels"),
    "62": ("Informatique", "Numérique", "Atelier logiciel"),
    "63": ("Données", "Portail"),
    "64": ("Caisse", "Crédit"),
    "65": ("Mutuelle", "Assurances", "Prévoyance"),
    "66": ("Courtage", "Cabinet d’assurances"),
    "69": ("Cabinet d’expertise comptable", "Fiduciaire", "Étude"),
    "70": ("Conseil", "Stratégie"),
    "71": ("Bureau d’études", "Architectures", "Ingénierie"),
    "73": ("Agence", "Études de marché"),
    "78": ("Intérim", "Emplois"),
    "81": ("Propreté", "Espaces verts"),
    "82": ("Services", "Centre de contacts"),
    "85": ("Institut", "Formation"),
    "86": ("Laboratoire", "Centre de santé"),
    "87": ("Résidence", "Foyer"),
    "88": ("Aide à domicile", "Association"),
}
_ANY_TRADE = ("Société", "Groupe", "Établissements", "Atelier", "Compagnie")
_LONG_TAILS = (
    "et ses filles, société coopérative à capital variable",
    "– Développement, études & réalisations des Hauts-de-France",
    "Frères & Associés (anciennement Comptoir régional du Nord et de l’Artois)",
    "– Groupement d’employeurs pour l’innovation et la transmission des savoir-faire",
)
_TAILS = ("", "", "", "et Fils", "& Associés", "Frères", "du Nord", "& Filles", "& Cie")


@dataclass(frozen=True)
class DemoPerson:
    """A fictional person. ``sex`` is ``"F"`` or ``"M"``."""

    first_name: str
    last_name: str
    sex: str

    @property
    def full_name(self) -> str:
        """First name then surname."""
        return f"{self.first_name} {self.last_name}"


def surname(rng: random.Random) -> str:
    """Return a coined surname."""
    return rng.choice(_STARTS) + rng.choice(_ENDS)


def person(rng: random.Random) -> DemoPerson:
    """Return a fictional person."""
    sex = rng.choice("FM")
    first = rng.choice(_FEMININE if sex == "F" else _MASCULINE)
    last = surname(rng)
    if rng.random() < 0.08:
        last = f"{last}-{surname(rng)}"
    return DemoPerson(first_name=first, last_name=last, sex=sex)


def company_name(rng: random.Random, naf_code: str) -> str:
    """Return a company name that suits the activity ``naf_code`` (``"62.01Z"``)."""
    trade = rng.choice(_TRADES.get(naf_code[:2], _ANY_TRADE))
    owner = surname(rng)
    draw = rng.random()
    if draw < 0.04:
        return f"{trade} {owner} {rng.choice(_LONG_TAILS)}"
    if draw < 0.14:
        return f"{owner} & {surname(rng)}"
    if draw < 0.22:
        return f"{owner} {trade}"
    return f"{trade} {owner} {rng.choice(_TAILS)}".rstrip()


def street_address(rng: random.Random) -> str:
    """Return a number and a street."""
    number = rng.randint(1, 240)
    suffix = " bis" if rng.random() < 0.05 else ""
    return f"{number}{suffix} {rng.choice(_STREETS)}"


def plain(text: str) -> str:
    """Return ``text`` in lower-case ASCII."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def slug(text: str) -> str:
    """Return ``text`` in lower-case ASCII words joined by hyphens, as in an e-mail address."""
    return "-".join("".join(c if c.isalnum() else " " for c in plain(text)).split())


def email(person: DemoPerson, organisation: str) -> str:
    """Return an address that can never receive anything (reserved domain ``.example``)."""
    domain = slug(organisation)[:40].strip("-") or "entreprise"
    return f"{slug(person.first_name)}.{slug(person.last_name)}@{domain}.example"


def phone(rng: random.Random) -> str:
    """Return a number of the block that the French regulator keeps for fiction in the north-east."""
    digits = f"{rng.randint(0, 9999):04d}"
    return f"03 53 01 {digits[:2]} {digits[2:]}"
