"""Companies with submitted diagnostics, written in bulk: a release needs dozens of them."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from companies.enums import SizeBand
from companies.models import Company, CompanyGroup, Establishment, Participation
from diagnostics.definition import Kind
from diagnostics.enums import DiagnosticStatus
from diagnostics.models import (
    Answer,
    Diagnostic,
    DimensionScore,
    Questionnaire,
    QuestionnaireVersion,
    Respondent,
)
from diagnostics.selectors.questionnaires import definition_of
from programme.models import Programme

SUBMITTED = datetime(2026, 3, 2, 10, tzinfo=UTC)

DOCUMENT = {
    "code": "essai",
    "title": "Questionnaire d’essai",
    "minutes": 5,
    "levels": [
        {"code": "bas", "name": "Débutant", "from": 0, "reading": "Tout reste à faire."},
        {"code": "moyen", "name": "Engagé", "from": 40, "reading": "Le chemin est pris."},
        {"code": "haut", "name": "Confirmé", "from": 70, "reading": "L’usage est installé."},
    ],
    "dimensions": [
        {
            "code": "strategie",
            "title": "Stratégie",
            "lead": "Vos choix.",
            "questions": [
                {
                    "code": "usage",
                    "kind": "single",
                    "text": "Utilisez-vous l’IA ?",
                    "weight": 1,
                    "choices": [
                        {"code": "oui", "label": "Oui", "points": 2},
                        {"code": "parfois", "label": "Parfois", "points": 1},
                        {"code": "non", "label": "Non", "points": 0},
                    ],
                },
                {
                    "code": "attentes",
                    "kind": "multiple",
                    "text": "Qu’en attendez-vous ?",
                    "weight": 1,
                    "choices": [
                        {"code": "temps", "label": "Du temps", "points": 1},
                        {"code": "qualite", "label": "De la qualité", "points": 1},
                    ],
                },
            ],
        },
        {
            "code": "metiers",
            "title": "Métiers et compétences",
            "lead": "Vos équipes.",
            "questions": [
                {
                    "code": "savoirs",
                    "kind": "matrix",
                    "text": "Où en est l’équipe ?",
                    "weight": 1,
                    "scale": {"min": 0, "max": 4},
                    "rows": [
                        {"code": "demander", "label": "Écrire une demande"},
                        {"code": "verifier", "label": "Vérifier une réponse"},
                    ],
                },
                {
                    "code": "part",
                    "kind": "scale",
                    "text": "Sur trois personnes, combien l’ont essayée ?",
                    "weight": 1,
                    "scale": {"min": 0, "max": 3},
                },
            ],
        },
    ],
}


def make_version(document: Mapping[str, Any] = DOCUMENT, number: int = 1) -> QuestionnaireVersion:
    """A published version of a small questionnaire."""
    questionnaire, _made = Questionnaire.objects.get_or_create(
        code=document["code"], defaults={"title": document["title"]}
    )
    return QuestionnaireVersion.objects.create(
        questionnaire=questionnaire,
        number=number,
        definition=dict(document),
        sha256=f"{document['code']}-{number}",
        published_at=SUBMITTED,
    )


def add_companies(
    programme: Programme,
    version: QuestionnaireVersion,
    companies: Sequence[Mapping[str, Any]],
    *,
    first: int = 1,
    when: datetime = SUBMITTED,
    seed: int = 0,
) -> list[Participation]:
    """Companies that submitted a diagnostic; each mapping overrides what is drawn.

    Keys: section, a10, size, epci, arrondissement, department, level, score, consent, group, submitted.
    """
    rng = random.Random(seed)
    rows = [{**_drawn(rng), **company} for company in companies]
    saved = Company.objects.bulk_create(
        Company(siren=f"000{first + place:06d}", name=f"Entreprise fictive {first + place}")
        for place in range(len(rows))
    )
    places = Establishment.objects.bulk_create(
        Establishment(company=row.get("company") or company, siret=f"{company.siren}{place:05d}")
        for place, (row, company) in enumerate(zip(rows, saved, strict=True))
    )
    participations = Participation.objects.bulk_create(
        Participation(
            programme=programme,
            establishment=place,
            group=row.get("group"),
            name=place.company.name,
            section=row["section"],
            a10=row["a10"],
            size_band=row["size"],
            epci_siren=row["epci"],
            arrondissement_code=row["arrondissement"],
            department_code=row["department"],
            observatory_consent=row.get("consent", True),
        )
        for row, place in zip(rows, places, strict=True)
    )
    add_diagnostics(version, participations, rows, when=when, rng=rng)
    return list(participations)


def add_diagnostics(
    version: QuestionnaireVersion,
    participations: Sequence[Participation],
    rows: Sequence[Mapping[str, Any]],
    *,
    when: datetime = SUBMITTED,
    rng: random.Random | None = None,
) -> None:
    """One diagnostic each, submitted unless the row says otherwise, with its scores and answers."""
    rng = rng or random.Random(0)
    definition = definition_of(version)
    diagnostics = Diagnostic.objects.bulk_create(
        Diagnostic(
            programme_id=one.programme_id,
            participation=one,
            questionnaire=version.questionnaire,
            version=version,
            status=DiagnosticStatus.SUBMITTED if row.get("submitted", True) else DiagnosticStatus.STARTED,
            opened_at=when - timedelta(days=9),
            submitted_at=when if row.get("submitted", True) else None,
            score_tenths=row["score"],
            level=row["level"],
        )
        for one, row in zip(participations, rows, strict=True)
    )
    respondents = Respondent.objects.bulk_create(
        Respondent(diagnostic=one, name="Personne fictive") for one in diagnostics
    )
    DimensionScore.objects.bulk_create(
        DimensionScore(diagnostic=one, dimension_code=dimension.code, score_tenths=rng.randint(0, 1000))
        for one in diagnostics
        for dimension in definition.dimensions
    )
    Answer.objects.bulk_create(
        [
            Answer(
                diagnostic=one,
                respondent=respondent,
                question_code=question.code,
                value=(value := _answer(question, rng)),
                choice=value if question.kind is Kind.SINGLE else "",
                saved_at=when,
            )
            for one, respondent in zip(diagnostics, respondents, strict=True)
            for question in definition.questions.values()
            if question.kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.SCALE, Kind.MATRIX)
        ],
        batch_size=1000,
    )


def _drawn(rng: random.Random) -> dict[str, Any]:
    section, a10 = rng.choices([("C", "BE"), ("M", "MN")], [3, 2])[0]
    epci, arrondissement, department = rng.choices(
        [("200093201", "595", "59"), ("248000531", "801", "80")], [3, 1]
    )[0]
    level, score = rng.choices([("bas", 250), ("moyen", 550), ("haut", 800)], [5, 4, 1])[0]
    return {
        "section": section,
        "a10": a10,
        "size": rng.choices([SizeBand.ZERO_9, SizeBand.TEN_49, SizeBand.FIFTY_249], [5, 4, 1])[0],
        "epci": epci,
        "arrondissement": arrondissement,
        "department": department,
        "level": level,
        "score": score + rng.randint(-90, 90),
    }


def _answer(question: Any, rng: random.Random) -> Any:
    if question.kind is Kind.SINGLE:
        return rng.choice([choice.code for choice in question.choices])
    if question.kind is Kind.MULTIPLE:
        return [choice.code for choice in question.choices if rng.random() < 0.5]
    steps = list(question.scale.steps)
    if question.kind is Kind.SCALE:
        return rng.choice(steps)
    return {row.code: rng.choice(steps) for row in question.rows}


def make_group(programme: Programme, name: str) -> CompanyGroup:
    """A group of linked companies."""
    return CompanyGroup.objects.create(programme=programme, name=name)


REFERENCE = date(2026, 3, 31)
