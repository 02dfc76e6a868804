"""Authors in the browser: each part written by form, its condition built without script."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from diagnostics import editing
from diagnostics.definition import MAX_DEPTH, parse_definition
from diagnostics.models import QuestionnaireVersion
from diagnostics.services import drafts
from programme.models import Programme

from .authoring import gesture, save, sent, text, url
from .documents import rich_document

pytestmark = pytest.mark.django_db


class TestParts:
    @pytest.mark.parametrize("code", ["usage", "ambition", "sources", "qualite", "budget", "depuis", "outil"])
    def test_saving_a_question_unchanged_changes_nothing(
        self, author: Client, draft: QuestionnaireVersion, code: str
    ):
        before = parse_definition(draft.definition)
        assert save(author, draft, f"elements/question/{code}/").status_code == 200
        draft.refresh_from_db()
        assert parse_definition(draft.definition) == before

    def test_saving_every_other_part_unchanged_changes_nothing(self, author: Client, programme: Programme):
        draft = drafts.import_draft(actor=None, programme=programme, document=rich_document())
        before = parse_definition(draft.definition)
        parts = [
            "question/appui",
            "question/domaines",
            "question/rythme",
            "question/outils",
            "question/jours",
        ]
        parts += ["question/degre", "question/suivi", "question/lire", "section/ensuite", "plafond/1"]
        for part in parts:
            save(author, draft, f"elements/{part}/")
        save(author, draft, "reglages/")
        draft.refresh_from_db()
        assert parse_definition(draft.definition) == before

    def test_a_measure_is_written(self, author: Client, draft: QuestionnaireVersion):
        save(
            author,
            draft,
            "elements/preconisation/former/",
            title="Former vite",
            effort="low",
            cost_max="2000",
        )
        draft.refresh_from_db()
        measure = parse_definition(draft.definition).measure_by_code["former"]
        assert (measure.title, measure.effort.value, measure.cost_max_cents) == (
            "Former vite",
            "low",
            200_000,
        )

    def test_words_weight_choices_and_what_they_set(self, author: Client, draft: QuestionnaireVersion):
        changes = {
            "text": "Vous servez-vous de l’IA ?",
            "weight": "2,5",
            "choices-1-points": "0,5",
            "choices-3-label": "Je ne sais pas",
            "choices-3-counts": "",
            "sets-0-choice": "non",
            "sets-0-question": "ambition",
            "sets-0-value": "1",
        }
        data = sent(text(author.get(url(draft, "elements/question/usage/"))))
        data.update(changes)
        del data["choices-3-counts"]
        author.post(url(draft, "elements/question/usage/"), data)
        draft.refresh_from_db()
        question = parse_definition(draft.definition).questions["usage"]
        assert (question.text, question.weight) == ("Vous servez-vous de l’IA ?", 2.5)
        assert [(c.code, c.points, c.counts) for c in question.choices] == [
            ("non", 0, True),
            ("peu", 0.5, True),
            ("oui", 2, True),
            ("je-ne-sais-pas", 0, False),
        ]
        assert [(s.question, s.value) for s in question.choices[0].sets] == [("ambition", 1)]

    def test_choices_are_ordered_by_number_and_removed_by_a_box(
        self, author: Client, draft: QuestionnaireVersion
    ):
        save(
            author,
            draft,
            "elements/question/usage/",
            **{"choices-0-ORDER": "9", "choices-1-DELETE": "on"},
        )
        draft.refresh_from_db()
        assert [c["code"] for c in editing.find(draft.definition, "question", "usage")["choices"]] == [
            "oui",
            "non",
        ]

    def test_what_is_wrong_is_kept_and_said_where_it_is(self, author: Client, draft: QuestionnaireVersion):
        page = text(save(author, draft, "elements/question/usage/", **{"choices-0-points": "5000"}))
        assert "À corriger avant de publier" in page
        assert "dimensions[strategie].questions[usage].choices[non].points" in page
        typed = text(save(author, draft, "elements/question/usage/", weight="lourd"))
        assert "Écrivez un nombre, par exemple 2 ou 0,5." in typed
        assert 'value="lourd"' in typed

    def test_a_new_code_is_followed_by_conditions(self, author: Client, draft: QuestionnaireVersion):
        save(author, draft, "elements/question/usage/", code="usage-ia")
        save(author, draft, "elements/section/strategie/", code="cap")
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert "usage-ia" in definition.needs["formation"]
        assert definition.measure_by_code["cadrer"].dimension == "cap"

    def test_changing_kind_shows_the_settings_of_the_new_one(
        self, author: Client, draft: QuestionnaireVersion
    ):
        page = text(save(author, draft, "elements/question/effectif/", kind="scale", rester="1"))
        assert 'name="scale_min"' in page
        draft.refresh_from_db()
        assert editing.find(draft.definition, "question", "effectif").get("unit") is None

    def test_settings_levels_and_a_second_language(self, author: Client, draft: QuestionnaireVersion):
        save(
            author,
            draft,
            "reglages/",
            **{"minutes": "12", "languages": "fr, en", "levels-1-starts_at": "25", "levels-4-DELETE": "on"},
        )
        assert "en</a>" in text(author.get(url(draft, "elements/question/usage/")))
        save(author, draft, "elements/question/usage/?langue=en", text="Do you use AI?", why="")
        draft.refresh_from_db()
        french, english = parse_definition(draft.definition), parse_definition(draft.definition, "en")
        assert (french.questions["usage"].text, english.questions["usage"].text) == (
            "Question usage ?",
            "Do you use AI?",
        )
        assert ([level.starts_at for level in french.levels], french.minutes) == ([0, 25, 40, 60], 12)

    def test_a_stale_page_keeps_what_was_typed(self, author: Client, draft: QuestionnaireVersion):
        page = text(author.get(url(draft, "elements/question/usage/")))
        gesture(author, draft, "monter:section:equipe")
        answer = author.post(
            url(draft, "elements/question/usage/"), {**sent(page), "text": "Ma longue question ?"}
        )
        assert "modifié entre-temps" in text(answer)
        assert "Ma longue question ?" in text(answer)

    def test_hostile_text_is_shown_harmless(self, author: Client, draft: QuestionnaireVersion):
        nasty = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7|add:7 }}'
        save(author, draft, "elements/question/usage/", text=nasty)
        for rest in ("", "elements/question/usage/", "apercu/strategie/", "differences/", "publier/"):
            page = text(author.get(url(draft, rest)))
            assert "<script>alert" not in page
            assert "<img src=x" not in page


def form_of(page: str) -> dict[str, list[str]]:
    """What a browser would send of the builder, every ticked value included."""
    form = page.partition('id="condition"')[2].partition("</form>")[0]
    data: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or " checked" in tag):
            data.setdefault(name[1], []).append(value[1])
    for name_of, inside in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', inside)
        first = re.search(r'<option value="([^"]*)"', inside)
        data[name_of] = [chosen[1] if chosen else first[1] if first else ""]
    return data


DEEP = {
    "not": {
        "all": [
            {"question": "usage", "in": ["peu", "oui"]},
            {
                "any": [
                    {"not": {"question": "sources", "selected": "a"}},
                    {
                        "not": {
                            "any": [
                                {"question": "budget", "at_least": 1000.5},
                                {"not": {"question": "ambition", "answered": True}},
                            ]
                        }
                    },
                    {
                        "all": [
                            {"question": "qualite", "row": "r1", "at_least": 3},
                            {"question": "usage", "equals": "oui"},
                        ]
                    },
                ]
            },
        ]
    }
}


class TestConditions:
    def written(self, draft: QuestionnaireVersion, code: str) -> Any:
        draft.refresh_from_db()
        return editing.find(draft.definition, "question", code).get("show_if")

    def put(self, draft: QuestionnaireVersion, code: str, condition: Any) -> None:
        question = {**editing.find(draft.definition, "question", code), "show_if": condition}
        drafts.save_draft(
            actor=None,
            version=draft,
            document=editing.replace_part(draft.definition, "question", code, question),
        )
        draft.refresh_from_db()

    def test_a_condition_is_built_line_by_line_without_script(
        self, author: Client, draft: QuestionnaireVersion
    ):
        here = url(draft, "conditions/question/outil/")
        page = text(author.get(here))
        assert "Aucune condition\u00a0: toujours affiché." in page
        page = text(author.post(here, {**form_of(page), "geste": "ligne:c"}))
        assert 'name="c-0-sujet" autofocus' in page
        page = text(author.post(here, {**form_of(page), "c-0-sujet": "usage", "geste": "montrer:c-0"}))
        assert 'name="c-0-valeur" value="peu"' in page
        line = {"c-0-mot": "is", "c-0-valeur": ["peu", "oui"], "c-mode": "any"}
        page = text(author.post(here, {**form_of(page), **line, "geste": "groupe:c"}))
        assert 'name="c-1-mode" autofocus' in page
        assert 'value="peu" checked' in page, "what was typed is kept"
        second = {"c-1-0-sujet": "qualite", "c-1-0-mot": "at_least", "c-1-0-part": "r1", "c-1-0-valeur": "3"}
        page = text(author.post(here, {**form_of(page), **second, "geste": "ligne:c-1"}))
        third = {"c-1-1-sujet": "budget", "c-1-1-mot": "unanswered", "c-1-mode": "none"}
        assert author.post(here, {**form_of(page), **third, "geste": "enregistrer"}).status_code == 302
        assert self.written(draft, "outil") == {
            "any": [
                {"question": "usage", "in": ["peu", "oui"]},
                {
                    "not": {
                        "any": [
                            {"question": "qualite", "row": "r1", "at_least": 3},
                            {"question": "budget", "answered": False},
                        ]
                    }
                },
            ]
        }
        parse_definition(draft.definition)
        page = text(author.get(here))
        page = text(author.post(here, {**form_of(page), "geste": "retirer:c-1-0"}))
        assert 'id="c-1-ligne" type="submit" name="geste" value="ligne:c-1" autofocus' in page
        page = text(author.post(here, {**form_of(page), "geste": "retirer:c-1-0"}))
        assert "c-1-mode" not in page, "a group goes with its last line"

    def test_a_condition_of_any_depth_is_edited_and_saved_as_it_is(
        self, author: Client, draft: QuestionnaireVersion
    ):
        self.put(draft, "outil", DEEP)
        here = url(draft, "conditions/question/outil/")
        page = text(author.get(here))
        assert author.post(here, {**form_of(page), "geste": "enregistrer"}).status_code == 302
        assert self.written(draft, "outil") == DEEP
        page = text(author.post(here, {**form_of(text(author.get(here))), "geste": "ligne:c-1-1"}))
        added = {"c-1-1-2-sujet": "ambition", "c-1-1-2-mot": "at_most", "c-1-1-2-valeur": "2"}
        author.post(here, {**form_of(page), **added, "geste": "enregistrer"})
        inner = self.written(draft, "outil")["not"]["all"][1]["any"][1]["not"]["any"]
        assert inner[2] == {"question": "ambition", "at_most": 2}
        parse_definition(draft.definition)

    def test_groups_go_as_deep_as_the_format_and_no_deeper(self, author: Client, draft: QuestionnaireVersion):
        here = url(draft, "conditions/question/outil/")
        usage, budget = {"question": "usage", "answered": True}, {"question": "budget", "answered": True}
        condition: Any = usage
        for level in range(MAX_DEPTH):
            condition = {"all" if level % 2 else "any": [condition, budget]}
        self.put(draft, "outil", condition)
        parse_definition(draft.definition)
        page = text(author.get(here))
        assert page.count("On ne peut emboîter davantage.") == 1
        deepest = "c" + "-0" * (MAX_DEPTH - 1)
        assert f'value="groupe:{deepest}"' not in page
        assert f'value="groupe:{deepest[:-2]}"' in page
        sent = {**form_of(page), f"{deepest}-mode": "none", "geste": "enregistrer"}
        answer = author.post(here, sent)
        assert answer.status_code == 422
        where = ".".join(["1"] * MAX_DEPTH)
        assert f"Ligne {where}" in text(answer)
        assert "au plus 8 conditions imbriquées" in text(answer)
        assert self.written(draft, "outil") == condition

    @pytest.mark.parametrize(
        ("line", "where", "said"),
        [
            ({"sujet": "usage", "mot": "is"}, "Ligne 2.1", "dites quelle réponse est attendue"),
            ({"sujet": "disparue", "mot": "is", "valeur": "x"}, "Ligne 2.1", "plus dans le questionnaire"),
            ({"sujet": "qualite", "mot": "at_least", "valeur": "3"}, "Ligne 2.1", "la ligne ou la colonne"),
            (
                {"sujet": "ambition", "mot": "at_least", "valeur": "beaucoup"},
                "Ligne 2.1",
                "il faut un nombre",
            ),
            ({"sujet": "usage", "mot": "is", "valeur": "ailleurs"}, "Ligne 2.1", "un choix parmi"),
        ],
    )
    def test_an_error_names_its_place_and_keeps_what_was_typed(
        self, author: Client, draft: QuestionnaireVersion, line: dict[str, str], where: str, said: str
    ):
        here = url(draft, "conditions/question/outil/")
        before = self.written(draft, "outil")
        sent = {f"c-1-0-{name}": value for name, value in line.items()}
        first = {
            "c-0-sujet": "budget",
            "c-0-mot": "answered",
            "c-1-1-sujet": "budget",
            "c-1-1-mot": "answered",
        }
        sent |= {"c-mode": "all", "c-1-mode": "any", "lu": draft.sha256, **first}
        answer = author.post(here, {**sent, "geste": "enregistrer"})
        page = text(answer)
        assert answer.status_code == 422
        assert f'<a href="#c-1-0">{where}</a>' in page
        assert said in page
        assert form_of(page)["c-1-0-sujet"] == [line["sujet"] if line["sujet"] != "disparue" else ""]
        assert self.written(draft, "outil") == before

    def test_conditions_of_choices_sections_measures_and_caps(
        self, author: Client, draft: QuestionnaireVersion
    ):
        read = {"c-mode": "all", "geste": "enregistrer"}
        usage = {"c-0-sujet": "usage", "c-0-mot": "is_not", "c-0-valeur": "non"}
        author.post(url(draft, "conditions/question/sources/") + "?choix=c", {**read, **usage})
        author.post(url(draft, "conditions/section/donnees/"), {**read, **usage})
        level = {"c-0-sujet": "niveau:donnees", "c-0-mot": "level", "c-0-valeur": "n2"}
        author.post(url(draft, "conditions/preconisation/former/"), {**read, **level})
        author.post(url(draft, "conditions/plafond/1/"), {**read, **level})
        draft.refresh_from_db()
        definition = parse_definition(draft.definition)
        assert definition.questions["sources"].has_conditional_choices
        assert definition.dimension_by_code["donnees"].show_if is not None
        assert definition.measure_by_code["former"].propose_if.level == "n2"
        assert definition.caps[0].condition.dimension == "donnees"
        page = text(author.get(url(draft, "elements/question/sources/")))
        assert "il n’est pas vrai que «\u00a0Question usage ?\u00a0» est «\u00a0Non\u00a0»" in page
        # A question cannot depend on a level, which depends on it.
        answer = author.post(url(draft, "conditions/question/outil/"), {**read, **level})
        assert answer.status_code == 422

    def test_emptying_a_condition_removes_it_and_one_that_does_not_read_is_left_alone(
        self, author: Client, draft: QuestionnaireVersion
    ):
        here = url(draft, "conditions/question/part/")
        author.post(here, {"c-mode": "all", "geste": "enregistrer"})
        assert self.written(draft, "part") is None
        unread = {"al": [{"question": "usage", "answered": True}]}
        self.put(draft, "part", unread)
        page = text(author.get(here))
        assert "se corrige dans le fichier YAML" in page
        assert "Enregistrer la condition" not in page
        author.post(here, {"c-mode": "all", "geste": "enregistrer"})
        save(author, draft, "elements/question/part/", help="Une aide.")
        draft.refresh_from_db()
        question = editing.find(draft.definition, "question", "part")
        assert (question["help"], question["show_if"]) == ("Une aide.", unread), "nothing sent loses it"
