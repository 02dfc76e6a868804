"""Small questionnaires written as their authors write them, for tests."""

from __future__ import annotations

from typing import Any

LEVELS: list[dict[str, Any]] = [
    {"code": "n1", "name": "Découverte", "from": 0, "reading": "Vous découvrez le sujet."},
    {"code": "n2", "name": "Essais", "from": 20, "reading": "Vous essayez."},
    {"code": "n3", "name": "Usages", "from": 40, "reading": "Vous utilisez."},
    {"code": "n4", "name": "Pilotage", "from": 60, "reading": "Vous pilotez."},
    {"code": "n5", "name": "Maîtrise", "from": 80, "reading": "Vous maîtrisez."},
]


def single(code: str, **more: Any) -> dict[str, Any]:
    """A question with three choices worth 0, 1 and 2."""
    return {
        "code": code,
        "kind": "single",
        "text": f"Question {code} ?",
        "why": "Pour savoir.",
        "weight": 1,
        "choices": [
            {"code": "non", "label": "Non", "points": 0},
            {"code": "peu", "label": "Un peu", "points": 1},
            {"code": "oui", "label": "Oui", "points": 2},
        ],
        **more,
    }


def scale(code: str, **more: Any) -> dict[str, Any]:
    """A question on a scale from 1 to 5."""
    return {
        "code": code,
        "kind": "scale",
        "text": f"Question {code} ?",
        "weight": 1,
        "scale": {"min": 1, "max": 5, "min_label": "pas du tout", "max_label": "tout à fait"},
        **more,
    }


def multiple(code: str, **more: Any) -> dict[str, Any]:
    """A multiple choice with a negative option and an exclusive one."""
    return {
        "code": code,
        "kind": "multiple",
        "text": f"Question {code} ?",
        "weight": 1,
        "choices": [
            {"code": "a", "label": "A", "points": 1},
            {"code": "b", "label": "B", "points": 1.5},
            {"code": "c", "label": "C", "points": 0.5},
            {"code": "risque", "label": "Risque", "points": -1},
            {"code": "aucun", "label": "Aucun", "points": 0, "exclusive": True},
        ],
        **more,
    }


def matrix(code: str, **more: Any) -> dict[str, Any]:
    """Three rows judged from 0 to 4."""
    return {
        "code": code,
        "kind": "matrix",
        "text": f"Question {code} ?",
        "weight": 1,
        "scale": {"min": 0, "max": 4, "min_label": "rien", "max_label": "tout"},
        "rows": [{"code": f"r{rank}", "label": f"Ligne {rank}"} for rank in (1, 2, 3)],
        **more,
    }


def plain(code: str, kind: str, **more: Any) -> dict[str, Any]:
    """A question of any other kind, not scored unless said."""
    return {"code": code, "kind": kind, "text": f"Question {code} ?", **more}


def dimension(code: str, *questions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A section."""
    return {
        "code": code,
        "title": f"Dimension {code}",
        "lead": "De quoi il s’agit.",
        "weight": 1,
        "questions": list(questions),
        **more,
    }


def document(*dimensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A questionnaire with five levels."""
    return {
        "code": "essai",
        "version": 1,
        "title": "Questionnaire d’essai",
        "intro": "Quelques questions.",
        "minutes": 10,
        "levels": LEVELS,
        "dimensions": list(dimensions),
        **more,
    }


def measure(code: str, about: str, propose_if: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A measure of medium effort and impact."""
    return {
        "code": code,
        "title": f"Mesure {code}",
        "dimension": about,
        "why": "Parce que.",
        "how": "En trois étapes.",
        "effort": "medium",
        "impact": "medium",
        "cost": {"min": 0, "max": 1500},
        "stake": "technical",
        "propose_if": propose_if,
        **more,
    }


def full_document() -> dict[str, Any]:
    """Every kind of question, conditions on questions and sections, measures, a cap."""
    return document(
        dimension(
            "strategie",
            single("usage", not_applicable=True),
            scale("ambition", weight=2),
            plain("pourquoi", "long_text", required=False),
        ),
        dimension(
            "donnees",
            multiple("sources"),
            matrix("qualite", weight=2),
            plain(
                "budget",
                "amount",
                weight=1,
                unit="€",
                min=0,
                points_by_value=[
                    {"at_least": 0, "points": 0},
                    {"at_least": 5000, "points": 1},
                    {"at_least": 20000, "points": 2},
                ],
            ),
            plain("part", "percentage", weight=1, show_if={"question": "sources", "selected": "a"}),
            weight=3,
            levels=[{"level": "n1", "reading": "Vos données dorment."}],
        ),
        dimension(
            "equipe",
            plain("effectif", "number", min=0, max=10000, unit="personnes"),
            plain("depuis", "date", required=False),
            plain("outil", "short_text"),
            single("formation", show_if={"not": {"question": "usage", "equals": "non"}}),
            show_if={
                "any": [{"question": "usage", "in": ["peu", "oui"]}, {"question": "ambition", "at_least": 4}]
            },
        ),
        measures=[
            measure("ranger", "donnees", {"dimension": "donnees", "level_at_most": "n3"}),
            measure("former", "equipe", {"question": "formation", "equals": "non"}, impact="high"),
            measure(
                "cadrer",
                "strategie",
                {
                    "all": [
                        {"dimension": "strategie", "level_at_most": "n4"},
                        {"question": "ambition", "at_most": 3},
                    ]
                },
                effort="low",
            ),
        ],
        caps=[
            {
                "level_at_most": "n2",
                "because": "Sans règle d’usage, le niveau est limité.",
                "if": {"question": "sources", "selected": "risque"},
            }
        ],
    )


def columns(code: str, **more: Any) -> dict[str, Any]:
    """The same choices asked now and later; each column counts as a question of its own."""
    return {
        "code": code,
        "kind": "columns",
        "text": f"Question {code} ?",
        "weight": 1,
        "columns": [
            {"code": "now", "label": "Aujourd’hui"},
            {"code": "later", "label": "Plus tard", "weight": 2},
        ],
        "choices": [
            {"code": "a", "label": "A", "points": 1},
            {"code": "b", "label": "B", "points": 1.5},
            {"code": "none", "label": "Aucun", "exclusive": True},
        ],
        **more,
    }


def rich_document() -> dict[str, Any]:
    """What the rest of the format can say: columns, notes, nested and set answers, hidden choices, sums."""
    return document(
        dimension(
            "maintenant",
            single(
                "appui",
                choices=[
                    {"code": "non", "label": "Non", "points": 0, "sets": {"suivi": "non", "degre": 1}},
                    {"code": "oui", "label": "Oui", "points": 2.5},
                    {"code": "nsp", "label": "Je ne sais pas", "counts": False},
                ],
            ),
            single("suivi", under="appui", show_if={"question": "appui", "answered": True}, full_at=4),
            scale("degre", scale={"min": 1, "max": 4, "labels": ["Bas", "Moyen", "Haut", "Très haut"]}),
            plain("lire", "note"),
            columns("domaines"),
        ),
        dimension(
            "ensuite",
            matrix(
                "rythme",
                aggregation="sum",
                rows=[
                    {"code": "r1", "label": "Un", "weight": 2},
                    {"code": "r2", "label": "Deux", "weight": 0.5},
                ],
            ),
            multiple(
                "outils",
                most_ticked=2,
                choices=[
                    {"code": "a", "label": "A", "points": 1},
                    {
                        "code": "b",
                        "label": "B",
                        "points": 2,
                        "show_if": {"question": "appui", "equals": "oui"},
                    },
                    {"code": "c", "label": "C", "points": 0.5},
                    {"code": "risque", "label": "Risque", "points": -1},
                    {"code": "aucun", "label": "Aucun", "exclusive": True},
                ],
            ),
            plain(
                "jours",
                "number",
                weight=1,
                decimals=0,
                min=0,
                max=9,
                points_by_value=[{"at_least": 1, "points": 1}, {"at_least": 5, "points": 3}],
            ),
            aggregation="sum",
            levels=[{"level": "n2", "from": 10}, {"level": "n3", "from": 50, "reading": "La moitié."}],
        ),
        aggregation="sum",
        caps=[
            {
                "level_at_most": "n2",
                "dimension": "ensuite",
                "because": "Un risque est pris.",
                "if": {"question": "outils", "selected": "risque"},
            },
            {
                "level_at_most": "n3",
                "because": "Rien pour plus tard.",
                "if": {"question": "domaines", "column": "later", "selected": "none"},
            },
        ],
    )
