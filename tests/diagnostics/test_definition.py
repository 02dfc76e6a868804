"""The questionnaire format: what it accepts, and how precisely it refuses."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.definition import (
    AllOf,
    AnyOf,
    DefinitionError,
    DimensionAtMost,
    Kind,
    Not,
    Operator,
    Predicate,
    parse_definition,
)

from .documents import (
    columns,
    dimension,
    document,
    full_document,
    matrix,
    measure,
    multiple,
    plain,
    rich_document,
    scale,
    single,
)


def problems_of(written: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(DefinitionError) as refused:
        parse_definition(written)
    return [(each.path, each.expected % each.values, each.found) for each in refused.value.problems]


def test_full_document_is_read_whole():
    definition = parse_definition(full_document())

    assert [(d.code, d.weight, [q.code for q in d.questions]) for d in definition.dimensions] == [
        ("strategie", 1, ["usage", "ambition", "pourquoi"]),
        ("donnees", 3, ["sources", "qualite", "budget", "part"]),
        ("equipe", 1, ["effectif", "depuis", "outil", "formation"]),
    ]
    assert {q.kind for q in definition.questions.values()} == set(Kind) - {Kind.COLUMNS, Kind.FILE, Kind.NOTE}
    assert definition.questions["formation"].show_if == Not(Predicate("usage", Operator.EQUALS, "non"))
    assert definition.dimension_by_code["equipe"].show_if == AnyOf(
        (
            Predicate("usage", Operator.IN, frozenset({"peu", "oui"})),
            Predicate("ambition", Operator.AT_LEAST, Fraction(4)),
        )
    )
    assert definition.measure_by_code["cadrer"].propose_if == AllOf(
        (DimensionAtMost("strategie", "n4"), Predicate("ambition", Operator.AT_MOST, Fraction(3)))
    )
    budget = definition.questions["budget"]
    assert [(t.at_least, t.points) for t in budget.thresholds] == [(0, 0), (500_000, 1), (2_000_000, 2)]
    assert definition.questions["sources"].points_possible == 3
    assert (
        definition.measure_by_code["ranger"].cost_min_cents,
        definition.measure_by_code["ranger"].cost_max_cents,
    ) == (
        0,
        150_000,
    )
    lowest = definition.levels[0]
    assert definition.dimension_by_code["donnees"].reading_of(lowest) == "Vos données dorment."
    assert definition.dimension_by_code["equipe"].reading_of(lowest) == "Vous découvrez le sujet."


def test_several_keys_in_one_condition_all_have_to_hold():
    written = document(
        dimension("d", single("q")),
        measures=[
            measure(
                "m",
                "d",
                {"dimension": "d", "level_at_most": "n2", "any": [{"question": "q", "answered": True}]},
            )
        ],
    )
    assert parse_definition(written).measures[0].propose_if == AllOf(
        (DimensionAtMost("d", "n2"), AnyOf((Predicate("q", Operator.ANSWERED, True),)))
    )


def test_every_problem_is_told_at_once_with_its_place():
    written = document(
        dimension(
            "d",
            single("q1", wieght=3),
            single("q1"),
            scale("q2", scale={"min": 5, "max": 1}),
            plain("q3", "couleur"),
            plain("q4", "long_text", weight=2),
            multiple("q5", show_if={"question": "nulle-part", "selected": "a"}),
            single("q6", show_if={"question": "q5", "equals": "a"}),
        ),
        minutes="dix",
        measures=[
            measure("m", "ailleurs", {"dimension": "d", "level_at_most": "n9"}, cost={"min": 5, "max": 1})
        ],
    )
    assert problems_of(written) == [
        ("dimensions[d].questions[q1].wieght", "aucune clé de ce nom ici", "«\u00a0wieght\u00a0»"),
        (
            "dimensions[d].questions[q2].scale.max",
            "un nombre plus grand que «\u00a0min\u00a0»",
            "«\u00a01\u00a0»",
        ),
        (
            "dimensions[d].questions[q3].kind",
            "un mot parmi\u00a0: " + ", ".join(Kind),
            "«\u00a0couleur\u00a0»",
        ),
        (
            "dimensions[d].questions[q4].weight",
            "0\u00a0: une question de ce genre ne peut pas être notée",
            "«\u00a02\u00a0»",
        ),
        ("minutes", "un nombre entier de 1 à 600", "«\u00a0dix\u00a0»"),
        ("questions[q1].code", "un code qui ne sert qu’une fois", "q1"),
        (
            "dimensions[d].questions[q5].show_if.question",
            "le code d’une question du questionnaire",
            "«\u00a0nulle-part\u00a0»",
        ),
        (
            "dimensions[d].questions[q6].show_if.equals",
            "«\u00a0selected\u00a0» pour ce genre de question",
            "«\u00a0a\u00a0»",
        ),
        ("measures[m].dimension", "le code d’une dimension du questionnaire", "«\u00a0ailleurs\u00a0»"),
        ("measures[m].cost.max", "un montant au moins égal à «\u00a0min\u00a0»", "«\u00a01\u00a0»"),
        ("measures[m].propose_if.level_at_most", "le code d’un niveau du questionnaire", "«\u00a0n9\u00a0»"),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"levels": []}, [("levels", "au moins deux niveaux, puisque des questions sont notées", "0")]),
        ({"dimensions": "rien"}, [("dimensions", "une liste de 1 à 40 éléments", "«\u00a0rien\u00a0»")]),
        ({"titre": "x"}, [("titre", "aucune clé de ce nom ici", "«\u00a0titre\u00a0»")]),
        ({"code": "à revoir"}, None),
        (
            {"title": "x" * 201},
            [("title", "un texte d’au plus 200 caractères", "«\u00a0" + "x" * 60 + "…\u00a0»")],
        ),
        ({"title": "a\x00b"}, [("title", "un texte sans caractère de contrôle", "«\u00a0a�b\u00a0»")]),
        ({"version": True}, [("version", "un nombre entier de 1 à 10000", "«\u00a0True\u00a0»")]),
    ],
)
def test_wrong_values_are_refused(change, expected):
    found = problems_of({**document(dimension("d", single("q"))), **change})
    if expected is None:
        assert [path for path, _expected, _found in found] == ["code"]
    else:
        assert found[: len(expected)] == expected


@pytest.mark.parametrize("written", [None, [], "texte", 3])
def test_a_document_that_is_no_mapping_is_refused(written):
    assert [path for path, _expected, _found in problems_of(written)] == ["document"]


def test_levels_start_at_zero_and_rise():
    levels = copy.deepcopy(full_document()["levels"])
    levels[0]["from"], levels[2]["from"] = 5, 10
    assert problems_of({**full_document(), "levels": levels}) == [
        ("levels[n1].from", "0 pour le premier niveau", "5"),
        ("levels[n3].from", "plus que le niveau précédent (20)", "10"),
    ]


def test_a_cycle_of_conditions_is_refused():
    written = document(
        dimension("d", single("a", show_if={"question": "b", "equals": "oui"})),
        dimension("e", single("b"), show_if={"not": {"question": "c", "answered": True}}),
        dimension("f", single("c", show_if={"question": "a", "equals": "oui"})),
    )
    [(path, expected, found)] = problems_of(written)
    assert (path, expected) == ("questions[a].show_if", "des conditions qui ne tournent pas en rond")
    assert found == "a → b → c → a"


def test_a_question_cannot_depend_on_a_score_nor_on_itself():
    looped = document(dimension("d", single("a", show_if={"question": "a", "equals": "oui"})))
    assert [found for _path, _expected, found in problems_of(looped)] == ["a → a"]
    scored = document(dimension("d", single("a", show_if={"dimension": "d", "level_at_most": "n1"})))
    assert [path for path, _expected, _found in problems_of(scored)] == [
        "dimensions[d].questions[a].show_if.dimension",
        "dimensions[d].questions[a].show_if.level_at_most",
    ]


def test_the_rich_document_is_read_whole():
    definition = parse_definition(rich_document())
    assert {q.kind for q in definition.questions.values()} >= {Kind.COLUMNS, Kind.NOTE}
    support = definition.questions["appui"]
    assert [(s.question, s.value) for s in support.choices[0].sets] == [("degre", 1), ("suivi", "non")]
    assert definition.setters["degre"] == (("appui", "non", support.choices[0].sets[0]),)
    assert [column.weight for column in definition.questions["domaines"].columns] == [1, 2]
    assert definition.questions["outils"].points_possible == 3
    assert definition.questions["suivi"].best_share == Fraction(1, 2)
    levels = [definition.dimension_by_code["ensuite"].start_of(level) for level in definition.levels]
    assert levels == [0, 10, 50, 60, 80]


def test_answers_that_set_each_other_in_a_circle_are_refused():
    there = [{"code": c, "label": c, "points": 1, "sets": {"b": "x"}} for c in ("x", "y")]
    back = [{"code": c, "label": c, "points": 1, "sets": {"a": "x"}} for c in ("x", "y")]
    circle = document(dimension("d", single("a", choices=there), single("b", choices=back)))
    assert [(path, found) for path, _expected, found in problems_of(circle)] == [
        ("questions[a].show_if", "a → b → a")
    ]


REFUSED = [
    (single("q", under="autre"), "questions[q].under"),
    (single("q", full_at=0), "questions[q].full_at"),
    (single("q", most_ticked=2), "questions[q].most_ticked"),
    (single("q", columns=[{"code": "a", "label": "A"}]), "questions[q].columns"),
    (columns("q", columns=[{"code": "a", "label": "A"}]), "questions[q].columns"),
    (columns("q", columns=[{"code": "a", "label": "A"}] * 2), "questions[q].columns[a].code"),
    (columns("q", weight=0, choices=columns("q")["choices"][2:]), "questions[q].choices"),
    (matrix("q", rows=[{"code": "r", "label": "R", "weight": 0}]), "questions[q].rows"),
    (scale("q", aggregation="sum"), "questions[q].aggregation"),
    (scale("q", scale={"min": 1, "max": 3, "labels": ["un", "deux"]}), "questions[q].scale.labels"),
    (plain("q", "note", weight=1), "questions[q].weight"),
    (plain("q", "note", required=True), "questions[q].kind"),
    (plain("q", "short_text", decimals=2), "questions[q].decimals"),
    (plain("q", "number", decimals=9), "questions[q].decimals"),
]


@pytest.mark.parametrize(("question", "path"), REFUSED)
def test_what_a_kind_cannot_have_is_refused_at_its_place(question: dict[str, Any], path: str):
    written = document(dimension("d", single("autre"), single("note"), question))
    assert f"dimensions[d].{path}" in [place for place, _expected, _found in problems_of(written)]


@pytest.mark.parametrize(
    ("sets", "place"),
    [
        ({"nulle-part": "oui"}, "nulle-part"),
        ({"q": "oui"}, "q"),
        ({"texte": "oui"}, "texte"),
        ({"autre": "peut-etre"}, "autre"),
        ({"autre": {"not_applicable": True}}, "autre"),
        ({"note": 9}, "note"),
        ({"part": 130}, "part"),
        ({"coches": ["a", "aucun"]}, "coches"),
        ("oui", None),
    ],
)
def test_an_answer_sets_only_possible_answers(sets: Any, place: str | None):
    choices = [{"code": "x", "label": "X", "points": 1, "sets": sets}, {"code": "y", "label": "Y"}]
    written = document(
        dimension(
            "d",
            single("q", choices=choices),
            single("autre"),
            scale("note"),
            multiple("coches"),
            plain("part", "percentage", max=100),
            plain("texte", "short_text"),
        )
    )
    path = "dimensions[d].questions[q].choices[x].sets"
    found = [each for each, _expected, _found in problems_of(written)]
    assert (f"{path}.{place}" if place else path) in found


def test_a_questionnaire_may_be_asked_without_being_scored():
    written = {**document(dimension("d", single("q", weight=0), plain("t", "long_text"))), "levels": []}
    assert parse_definition(written).levels == ()


def test_texts_in_several_languages():
    written = document(
        dimension("d", single("q", text={"fr": "Oui ?", "en": "Yes?"})), languages=["fr", "en"]
    )
    assert parse_definition(written).questions["q"].text == "Oui ?"
    assert parse_definition(written, "en").questions["q"].text == "Yes?"
    assert parse_definition(written, "en").title == "Questionnaire d’essai"
    assert parse_definition(written, "nl").language == "fr"
    lacking = document(dimension("d", single("q", text={"en": "Yes?", "nl": "Ja?"})), languages=["fr", "en"])
    assert [path for path, _expected, _found in problems_of(lacking)] == [
        "dimensions[d].questions[q].text.nl",
        "dimensions[d].questions[q].text.fr",
    ]
    alone = document(dimension("d", single("q", text={"fr": "Oui ?"})))
    assert [path for path, _expected, _found in problems_of(alone)] == ["dimensions[d].questions[q].text"]
    assert [path for path, _e, _f in problems_of({**alone, "languages": ["fr", "fr", "français"]})] == [
        "languages[2]",
        "languages[3]",
    ]


def test_a_long_chain_of_conditions_is_no_cycle():
    questions = [single("q0")] + [
        single(f"q{rank}", show_if={"question": f"q{rank - 1}", "equals": "oui"}) for rank in range(1, 480)
    ]
    sections = [dimension(f"d{start}", *questions[start : start + 120]) for start in range(0, 480, 120)]
    definition = parse_definition(document(*reversed(sections)))
    assert definition.evaluation_order[0] == "q0"
    assert definition.evaluation_order[-1] == "q479"


def test_absurd_sizes_are_refused():
    many = [dimension(f"d{rank}", *(single(f"q{rank}-{each}") for each in range(120))) for rank in range(30)]
    assert ("dimensions", "au plus 600 questions en tout", "3600") in problems_of(document(*many))
    huge = dimension("d", *(single(f"q{each}") for each in range(5000)))
    assert ("dimensions[d].questions", "une liste de 1 à 120 éléments", "5000") in problems_of(document(huge))
    deep: dict[str, Any] = {"question": "a", "equals": "oui"}
    for _ in range(400):
        deep = {"not": deep}
    [(_path, expected, _found)] = problems_of(
        document(dimension("d", single("a"), single("b", show_if=deep)))
    )[:1]
    assert expected == "au plus 8 conditions imbriquées"


def test_thousands_of_problems_stop_at_a_readable_number():
    broken = [dimension(f"d{rank}", *({} for _ in range(100))) for rank in range(20)]
    assert len(problems_of(document(*broken))) == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@st.composite
def damaged_documents(draw):
    """The full document with one place replaced by anything at all."""
    written = copy.deepcopy(full_document())
    place: Any = written
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        if isinstance(place[key], dict | list) and place[key] and draw(st.booleans()):
            place = place[key]
        else:
            place[key] = draw(json_values)
            return written


@given(damaged_documents())
def test_a_damaged_document_is_read_or_refused_never_a_crash(written):
    problems = ()
    try:
        parse_definition(written)
    except DefinitionError as refused:
        problems = refused.problems
    assert all(problem.path and str(problem) for problem in problems)
