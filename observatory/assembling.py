"""Assembles a release before it is protected: lists of the programme, counts of the database, sheets."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from companies.enums import SizeBand
from diagnostics.definition import Definition, Kind, Question
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors.questionnaires import definition_of
from observatory import counting
from observatory.aggregates import Axis, Cell, Sum, Table
from observatory.composing import (
    Axes,
    Frame,
    Words,
    answer_table,
    build_axes,
    build_facts,
    population_tables,
    sums_by,
    tick_table,
)
from observatory.counting import ScoreSums
from observatory.sheets import (
    OVERALL,
    QuestionLines,
    Sheet,
    answers_sheet,
    choices_of,
    crossed_sheet,
    mean_sheet,
    single_sheet,
    territory_sheet,
)
from observatory.wording import SECTORS
from programme.models import Activity, Arrondissement, Commune, Department, Epci, Programme

SKILLS_DIMENSION = "metiers"
"""The section of the questionnaire whose grids tell the needs in skills."""


@dataclass
class Assembly:
    """Everything a release will show, with its true counts: to be protected, never to be kept."""

    version: QuestionnaireVersion
    axes: Axes
    tables: list[Table]
    sheets: list[Sheet]
    sums: dict[tuple[str, str], tuple[Axis, dict[Cell, Sum]]] = field(default_factory=dict)
    """Sums behind the means of a sheet and a measure."""


def words() -> Words:
    """Words that several sheets share."""
    return Words(
        all=_("Ensemble"),
        unknown=_("Non renseigné"),
        no_answer=_("Sans réponse ou non concernée"),
        other_answer=_("Réponse d’une version antérieure"),
        arrondissement=_("{name} (arrondissement)"),
    )


def read_frame(programme: Programme, definition: Definition) -> Frame:
    """The lists a release of this programme sorts companies by."""
    sections = list(Activity.objects.filter(level=1).order_by("code").values_list("code", "label", "a10"))
    here = {"department__region": programme.region_id}
    pieces = (
        Commune.objects.filter(**here)
        .order_by("epci", "arrondissement", "department")
        .values_list("epci", "arrondissement", "department")
        .distinct()
    )
    bands = [band for band in SizeBand if band is not SizeBand.UNKNOWN]
    departments = Department.objects.filter(region=programme.region_id)
    return Frame(
        sections={code: a10 for code, _label, a10 in sections},
        section_names={code: label for code, label, _a10 in sections},
        sector_names={code: str(label) for code, (label, _short) in SECTORS.items()},
        size_names={band.value: str(band.label) for band in bands},
        level_names={level.code: level.name for level in definition.levels},
        pieces=[(epci or "", place, department) for epci, place, department in pieces],
        department_names=dict(departments.values_list("code", "name")),
        arrondissement_names=dict(Arrondissement.objects.filter(**here).values_list("code", "name")),
        epci_names=dict(
            Epci.objects.filter(communes__department__region=programme.region_id)
            .distinct()
            .values_list("siren", "name")
        ),
        words=words(),
    )


def assemble(programme: Programme, version: QuestionnaireVersion, day: date) -> Assembly:
    """Count everything a release shows on a date, and lay out its sheets."""
    definition = definition_of(version)
    diagnostics = counting.counted_diagnostics(programme, version.questionnaire, day)
    groups = counting.count_population(diagnostics)
    frame = read_frame(programme, definition)
    axes = build_axes(frame, groups)
    tables = population_tables(axes, build_facts(frame, groups))
    assembly = Assembly(version, axes, list(tables.values()), _population_sheets(axes, frame))
    whole = sum(group.count for group in groups)
    _add_scores(assembly, definition, counting.sum_scores(diagnostics), frame)
    _add_answers(assembly, definition, diagnostics, whole, frame.words)
    return assembly


def _population_sheets(axes: Axes, frame: Frame) -> list[Sheet]:
    """Sheets that count companies and their levels."""
    shared = frame.words
    sector, size, level = _("Secteur"), _("Taille"), _("Niveau")
    department, territory = _("Département"), _("Territoire")
    by_sector, by_size, by_level = (axes.sector, sector), (axes.size, size), (axes.level, level)
    by_department = (axes.department, department)
    return [
        single_sheet("level", _("Entreprises par niveau"), axes.level, level, axes, shared),
        crossed_sheet(
            "sector-size", _("Entreprises par secteur et par taille"), by_sector, by_size, axes, shared
        ),
        crossed_sheet(
            "department-size",
            _("Entreprises par département et par taille"),
            by_department,
            by_size,
            axes,
            shared,
        ),
        territory_sheet(
            _("Entreprises par territoire"),
            territory,
            axes,
            frame,
            _(
                "Chaque chiffre est publié à l’échelle la plus fine qui le permet\u00a0:"
                " EPCI, arrondissement, département."
            ),
        ),
        single_sheet(
            "section", _("Entreprises par activité détaillée"), axes.section, _("Activité"), axes, shared
        ),
        crossed_sheet("level-sector", _("Niveaux par secteur"), by_sector, by_level, axes, shared),
        crossed_sheet("level-size", _("Niveaux par taille"), by_size, by_level, axes, shared),
        crossed_sheet(
            "level-department", _("Niveaux par département"), by_department, by_level, axes, shared
        ),
    ]


def _add_scores(assembly: Assembly, definition: Definition, scores: ScoreSums, frame: Frame) -> None:
    """Mean scores overall, by sector and by department."""
    axes, shared, label = assembly.axes, frame.words, _("Dimension")
    measures = {OVERALL: _("Note globale"), **{one.code: one.title for one in definition.dimensions}}
    assembly.sheets += [
        mean_sheet("scores", _("Notes moyennes"), None, measures, label, axes, shared),
        mean_sheet(
            "scores-sector",
            _("Notes moyennes par secteur"),
            (axes.sector, _("Secteur")),
            measures,
            label,
            axes,
            shared,
        ),
        mean_sheet(
            "scores-department",
            _("Notes moyennes par département"),
            (axes.department, _("Département")),
            measures,
            label,
            axes,
            shared,
        ),
    ]
    for measure in measures:
        cells = scores.sums.get(measure, {})
        sectors = sums_by(axes.sector, ((sector, value) for (sector, _place), value in cells.items()))
        places = sums_by(axes.department, ((f"D{place}", value) for (_sector, place), value in cells.items()))
        assembly.sums["scores-sector", measure] = (axes.sector, sectors)
        assembly.sums["scores-department", measure] = (axes.department, places)


def _add_answers(
    assembly: Assembly, definition: Definition, diagnostics: Any, whole: int, shared: Words
) -> None:
    """Answers to each question, and the needs in skills told by the grids of their dimension."""
    choices = counting.count_choices(diagnostics)
    values = counting.count_values(diagnostics, definition)
    questions: list[QuestionLines] = []
    needs: list[QuestionLines] = []
    for question in definition.questions.values():
        counted = values.get(question.code, [])
        if question.kind is Kind.SINGLE:
            lines = _single(assembly, question, choices.get(question.code, Counter()), whole, shared)
        elif question.kind is Kind.SCALE:
            lines = _scale(assembly, question, counted, whole, shared)
        elif question.kind is Kind.MULTIPLE:
            lines = _multiple(assembly, question, counted, whole)
        else:
            if (
                question.kind is Kind.MATRIX
                and definition.dimension_of[question.code].code == SKILLS_DIMENSION
            ):
                needs += _needs(assembly, question, counted, whole, shared)
            continue
        questions.append(lines)
    labels = (_("Question"), _("Réponse"))
    note = _("À une question à plusieurs réponses, les parts ne s’additionnent pas.")
    assembly.sheets.append(answers_sheet("answers", _("Réponses à chaque question"), labels, questions, note))
    if needs:
        need_note = _(
            "Besoin\u00a0: le savoir-faire est acquis par moins de la moitié des personnes concernées."
        )
        title = _("Besoins en compétences")
        assembly.sheets.append(
            answers_sheet("needs", title, (_("Savoir-faire"), _("Situation")), needs, need_note)
        )


def _single(
    assembly: Assembly, question: Question, counts: Mapping[str, int], whole: int, shared: Words
) -> QuestionLines:
    labels = {choice.code: choice.label for choice in question.choices}
    table = answer_table(f"answer:{question.code}", counts, whole, list(labels))
    assembly.tables.append(table)
    return QuestionLines(question.code, question.text, choices_of(labels, table, shared))


def _scale(
    assembly: Assembly, question: Question, counted: list[tuple[Any, int]], whole: int, shared: Words
) -> QuestionLines:
    steps = {str(step): str(step) for step in (question.scale.steps if question.scale else ())}
    counts: Counter[str] = Counter()
    for value, number in counted:
        counts[str(value)] += number
    table = answer_table(f"answer:{question.code}", counts, whole, list(steps))
    assembly.tables.append(table)
    return QuestionLines(question.code, question.text, choices_of(steps, table, shared))


def _multiple(
    assembly: Assembly, question: Question, counted: list[tuple[Any, int]], whole: int
) -> QuestionLines:
    ticked: Counter[str] = Counter()
    for value, number in counted:
        for choice in value if isinstance(value, list) else ():
            ticked[choice] += number
    lines: list[tuple[str, str, Cell]] = []
    for choice in question.choices:
        table = tick_table(f"tick:{question.code}:{choice.code}", ticked[choice.code], whole)
        assembly.tables.append(table)
        lines.append((choice.code, choice.label, table.spec.axes[0].cell("yes")))
    return QuestionLines(question.code, question.text, tuple(lines))


def _needs(
    assembly: Assembly, question: Question, counted: list[tuple[Any, int]], whole: int, shared: Words
) -> list[QuestionLines]:
    """One line per skill of a grid: needed below the middle of its scale, acquired from there on."""
    if question.scale is None:
        return []
    middle = question.scale.minimum + question.scale.maximum
    labels = {"need": _("Besoin"), "acquired": _("Acquis")}
    found = []
    for row in question.rows:
        counts: Counter[str] = Counter()
        for value, number in counted:
            step = value.get(row.code) if isinstance(value, dict) else None
            if isinstance(step, int):
                is_low = step * 2 < middle
                counts["need" if is_low is not question.scale.reverse else "acquired"] += number
        table = answer_table(f"need:{question.code}:{row.code}", counts, whole, list(labels))
        assembly.tables.append(table)
        found.append(QuestionLines(row.code, row.label, choices_of(labels, table, shared)))
    return found
