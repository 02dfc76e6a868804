"""Time of one score, then time and memory of ten thousand re-scored by their job.

``BENCH_SCORED=10000 python -m tests.bench.scoring``. The database is a throw-away SQLite file; seconds are
those of the processor, so that a busy machine says the same as a quiet one.
"""

import os
import tempfile
import time
from copy import copy
from datetime import UTC, date, datetime
from pathlib import Path

import django

FOLDER = tempfile.mkdtemp(prefix="bench-scoring-")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edec_ia.settings.dev")
os.environ |= {"EDEC_DATA_DIR": FOLDER, "DATABASE_URL": f"sqlite:///{FOLDER}/bench.sqlite3"}
django.setup()

from django.core.management import call_command  # noqa: E402 -- after setup

from companies.models import Establishment, Participation  # noqa: E402
from companies.services import create_participation  # noqa: E402
from diagnostics import services  # noqa: E402
from diagnostics.answers import Answer as Given  # noqa: E402
from diagnostics.definition import parse_definition  # noqa: E402
from diagnostics.enums import DiagnosticStatus  # noqa: E402
from diagnostics.models import Answer, Diagnostic, QuestionnaireVersion, Respondent  # noqa: E402
from diagnostics.scoring import score  # noqa: E402
from diagnostics.services import drafts  # noqa: E402
from diagnostics.services.effects import measure  # noqa: E402
from programme.models import Programme, Region  # noqa: E402
from programme.services import create_programme  # noqa: E402
from tests.companies.samples import make_siren, make_siret  # noqa: E402
from tests.diagnostics.conftest import COMPLETE  # noqa: E402
from tests.diagnostics.documents import dimension, document, full_document, single  # noqa: E402

COMPANIES = int(os.environ.get("BENCH_SCORED", "10000"))
AT = datetime(2026, 6, 1, tzinfo=UTC)
BATCH = 500


def one_score() -> None:
    """A hundred questions in ten sections, pure computation."""
    written = document(
        *(dimension(f"d{d}", *(single(f"q{d}-{q}", weight=1 + q % 3) for q in range(10))) for d in range(10))
    )
    definition = parse_definition(written)
    answers = {code: Given("peu") for code in definition.questions}
    score(definition, answers)
    started = time.process_time()
    for _round in range(200):
        score(definition, answers)
    print(f"100 questions : {1000 * (time.process_time() - started) / 200:.2f} ms", flush=True)


def many_scores() -> None:
    """The effect of a draft on so many companies, as its job measures it."""
    call_command("migrate", verbosity=0)
    version = fill(COMPANIES)
    draft = drafts.start_draft(actor=None, questionnaire=version.questionnaire)
    levels = [{**each, "from": each["from"] and each["from"] + 5} for each in draft.definition["levels"]]
    after = parse_definition({**draft.definition, "levels": levels})
    steps: list[int] = []
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, started, wall = peak(), time.process_time(), time.perf_counter()
    effect = measure(draft.questionnaire, after, lambda percent, _step: steps.append(percent))
    spent, waited = time.process_time() - started, time.perf_counter() - wall
    print(
        f"{effect.companies} entreprises, {effect.changed} changent de niveau : {spent:.1f} s de processeur"
        f" ({waited:.0f} s), {len(steps)} avancements, {(peak() - before) / 1024:.1f} Mo de plus"
    )


def fill(count: int) -> QuestionnaireVersion:
    """So many companies that handed the same questionnaire in."""
    region = Region.objects.create(code="32", name="Hauts-de-France")
    programme = create_programme(
        actor=None,
        slug="mesure",
        name="Mesure",
        short_name="Mesure",
        region=region,
        starts_on=date(2025, 1, 1),
        ends_on=date(2027, 12, 31),
        total_cents=100,
        axes=[("Étude", "Mesurer")],
        is_demonstration=True,
    )
    imported = services.import_questionnaire(actor=None, document=full_document(), programme=programme)
    version = services.publish_version(actor=None, version=imported)
    first = create_participation(
        actor=None, programme=programme, siret=make_siret(make_siren(1)), name="Mesure"
    )
    for start in range(0, count, BATCH):
        hand_in(programme, version, first, range(start, min(start + BATCH, count)))
    return version


def hand_in(programme: Programme, version: QuestionnaireVersion, model: Participation, ranks: range) -> None:
    """A batch of companies copied from one, each with its own ambition."""
    sites = [fresh(model.establishment) for _rank in ranks]
    for site, rank in zip(sites, ranks, strict=True):
        site.siret = make_siret(make_siren(rank + 2))
    Establishment.objects.bulk_create(sites)
    places = [fresh(model) for _rank in ranks]
    for place, site in zip(places, sites, strict=True):
        place.establishment = site
    Participation.objects.bulk_create(places)
    rows = [
        Diagnostic(
            programme=programme,
            participation=place,
            questionnaire=version.questionnaire,
            version=version,
            status=DiagnosticStatus.SUBMITTED,
            opened_at=AT,
            submitted_at=AT,
        )
        for place in places
    ]
    Diagnostic.objects.bulk_create(rows)
    people = [Respondent(diagnostic=row, name="Répondant", is_main=True) for row in rows]
    Respondent.objects.bulk_create(people)
    answers = (
        Answer(
            diagnostic=person.diagnostic,
            respondent=person,
            question_code=code,
            value=rank % 5 + 1 if code == "ambition" else value,
            saved_at=AT,
        )
        for person, rank in zip(people, ranks, strict=True)
        for code, value in COMPLETE.items()
    )
    Answer.objects.bulk_create(answers, batch_size=900)


def fresh(row: Establishment | Participation) -> Establishment | Participation:
    """The same row, not written yet."""
    other = copy(row)
    other.pk, other._state = None, copy(row._state)
    other._state.adding = True
    return other


def peak() -> int:
    """Highest resident memory since the last reset, in kilobytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


if __name__ == "__main__":
    one_score()
    many_scores()
