"""Words of the author's pages: kinds, conditions, differences."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.formats import format_number
from diagnostics.condition_editing import (
    ALL,
    ANSWERED,
    ANY,
    AT_LEAST,
    AT_MOST,
    IS,
    IS_NOT,
    LEVEL,
    NONE,
    NOT_ALL,
    UNANSWERED,
)
from diagnostics.definition import (
    AllOf,
    AnyOf,
    Condition,
    Definition,
    DimensionAtMost,
    Kind,
    Not,
    Operator,
    Predicate,
    Question,
)
from diagnostics.differences import Change, Difference, Noun
from diagnostics.xlsform import Loss


def kind_label(kind: str) -> str:
    """A kind of question as authors choose it."""
    return {
        Kind.SINGLE: _("Choix unique"),
        Kind.MULTIPLE: _("Choix multiple"),
        Kind.COLUMNS: _("Choix multiple en colonnes"),
        Kind.SCALE: _("Échelle"),
        Kind.MATRIX: _("Grille d’échelles"),
        Kind.NUMBER: _("Nombre"),
        Kind.PERCENTAGE: _("Pourcentage"),
        Kind.AMOUNT: _("Montant en euros"),
        Kind.DATE: _("Date"),
        Kind.SHORT_TEXT: _("Texte court"),
        Kind.LONG_TEXT: _("Texte long"),
        Kind.FILE: _("Fichier à joindre"),
        Kind.NOTE: _("Texte à lire"),
    }.get(Kind(kind) if kind in set(Kind) else Kind.NOTE, kind)


def kind_choices() -> list[tuple[str, str]]:
    """Kinds for a list of choices."""
    return [(kind.value, kind_label(kind)) for kind in Kind]


def word_label(word: str) -> str:
    """What a statement of a condition says of an answer."""
    return {
        IS: _("est"),
        IS_NOT: _("n’est pas"),
        AT_LEAST: _("est au moins"),
        AT_MOST: _("est au plus"),
        ANSWERED: _("a une réponse"),
        UNANSWERED: _("n’a pas de réponse"),
        LEVEL: _("est au plus au niveau"),
    }[word]


def mode_label(mode: str) -> str:
    """How the parts of a group hold together."""
    return {
        ALL: _("tout est vrai"),
        ANY: _("au moins un est vrai"),
        NONE: _("aucun n’est vrai"),
        NOT_ALL: _("tout n’est pas vrai"),
    }[mode]


def condition_words(definition: Definition, condition: Condition | None) -> str:
    """A condition in a sentence: « “Usage” est “Oui” et (… ou …) »."""
    match condition:
        case None:
            return _("toujours")
        case Predicate():
            return _predicate_words(definition, condition)
        case DimensionAtMost(dimension, level):
            return _("le thème «\u00a0%(dimension)s\u00a0» est au plus «\u00a0%(level)s\u00a0»") % {
                "dimension": definition.dimension_by_code[dimension].title,
                "level": definition.level_by_code[level].name,
            }
        case Not(part):
            return _("il n’est pas vrai que %(condition)s") % {"condition": _inside(definition, part)}
        case AllOf(parts):
            return _(" et ").join(_inside(definition, part) for part in parts)
        case AnyOf(parts):
            return _(" ou ").join(_inside(definition, part) for part in parts)


def _inside(definition: Definition, condition: Condition) -> str:
    words = condition_words(definition, condition)
    return f"({words})" if isinstance(condition, AllOf | AnyOf) else words


def _predicate_words(definition: Definition, leaf: Predicate) -> str:
    question = definition.questions[leaf.question]
    subject = question.text
    part = next((each.label for each in question.parts if each.code == leaf.row), "")
    if part:
        subject = f"{subject} – {part}"
    if leaf.operator is Operator.ANSWERED:
        template = _("«\u00a0%(subject)s\u00a0» a une réponse")
        if not leaf.expected:
            template = _("«\u00a0%(subject)s\u00a0» n’a pas de réponse")
        return template % {"subject": subject}
    template = {
        Operator.AT_LEAST: _("«\u00a0%(subject)s\u00a0» est au moins %(value)s"),
        Operator.AT_MOST: _("«\u00a0%(subject)s\u00a0» est au plus %(value)s"),
        Operator.IN: _("«\u00a0%(subject)s\u00a0» est l’un de\u00a0: %(value)s"),
        Operator.SELECTED: _("«\u00a0%(value)s\u00a0» est coché à «\u00a0%(subject)s\u00a0»"),
    }.get(leaf.operator, _("«\u00a0%(subject)s\u00a0» est «\u00a0%(value)s\u00a0»"))
    return template % {"subject": subject, "value": _expected_words(question, leaf.expected)}


def _expected_words(question: Question, expected: object) -> str:
    if isinstance(expected, frozenset):
        return ", ".join(choice.label for choice in question.choices if choice.code in expected)
    if isinstance(expected, Fraction):
        value = expected / 100 if question.kind is Kind.AMOUNT else expected
        return format_number(value, 0 if value.denominator == 1 else 2)
    choice = question.choice_by_code.get(str(expected))
    return choice.label if choice else str(expected)


_LONGEST = 160


def difference_words(before: Definition, after: Definition, each: Difference) -> str:
    """One difference, in a sentence."""
    name = _subject(each.noun, each.name, each.within)
    if each.change is Change.ADDED:
        template = _("Ajouté\u00a0: %(name)s")
        if isinstance(each.after, Fraction) and each.after:
            template = ngettext(
                "Ajouté\u00a0: %(name)s (%(value)s point)",
                "Ajouté\u00a0: %(name)s (%(value)s points)",
                max(int(abs(each.after)), 1),
            )
        return template % {"name": name, "value": _value(each.after)}
    if each.change is Change.REMOVED:
        return _("Retiré\u00a0: %(name)s") % {"name": name}
    if each.change is Change.MOVED and each.before is None:
        return _("Ordre changé\u00a0: %(name)s") % {"name": name}
    if each.change is Change.MOVED:
        return _("Déplacé\u00a0: %(name)s, de «\u00a0%(before)s\u00a0» à «\u00a0%(after)s\u00a0»") % {
            "name": name,
            "before": each.before,
            "after": each.after,
        }
    pair = (_value(each.before), _value(each.after))
    if each.change is Change.CONDITION:
        pair = (_condition(before, each.before), _condition(after, each.after))
    return _("%(name)s – %(field)s\u00a0: %(before)s → %(after)s") % {
        "name": name,
        "field": field_label(each),
        "before": pair[0],
        "after": pair[1],
    }


def _condition(definition: Definition, condition: Any) -> str:
    return condition_words(definition, condition)


def loss_lines(losses: Iterable[Loss]) -> list[tuple[str, str]]:
    """What an exported workbook cannot say: of what, and all that it is."""
    said: dict[str, list[str]] = {}
    for loss in losses:
        values = {**loss.values, **({"why": _(loss.values["why"])} if "why" in loss.values else {})}
        what = _subject(loss.noun, loss.name, loss.within)
        said.setdefault(what, []).append(_(loss.reason) % values)
    return [(what, "\u00a0; ".join(reasons)) for what, reasons in said.items()]


def _subject(about: Noun, name: str, within: str) -> str:
    noun = {
        Noun.QUESTIONNAIRE: _("le questionnaire"),
        Noun.LEVEL: _("niveau"),
        Noun.SECTION: _("section") if name else _("les sections"),
        Noun.QUESTION: _("question") if name else _("les questions"),
        Noun.CHOICE: _("choix"),
        Noun.PART: _("ligne ou colonne"),
        Noun.MEASURE: _("préconisation"),
        Noun.CAP: _("critère bloquant"),
    }[about]
    words = f"{noun} «\u00a0{name}\u00a0»" if name and about is not Noun.QUESTIONNAIRE else noun
    if within:
        words = _("%(what)s, dans «\u00a0%(within)s\u00a0»") % {"what": words, "within": within}
    return words


def _value(value: object) -> str:
    match value:
        case None | "":
            return _("rien")
        case bool():
            return _("oui") if value else _("non")
        case Fraction():
            return format_number(value, 0 if value.denominator == 1 else 2)
        case _:
            text = str(value)
            short = f"{text[:_LONGEST]}…" if len(text) > _LONGEST else text
            return f"«\u00a0{short}\u00a0»"


def field_label(each: Difference) -> str:
    """What changed, as authors call it."""
    if each.change is Change.CONDITION:
        return _("condition")
    key, _sign, level = each.field.partition(":")
    label = _field_labels().get(key, key)
    return f"{label} «\u00a0{level}\u00a0»" if level else label


def _field_labels() -> Mapping[str, str]:
    return {
        "title": _("titre"),
        "name": _("nom"),
        "label": _("libellé"),
        "text": _("texte"),
        "intro": _("introduction"),
        "lead": _("introduction"),
        "why": _("pourquoi"),
        "how": _("comment"),
        "help": _("aide"),
        "reading": _("lecture du niveau"),
        "from": _("seuil"),
        "refusal": _("message de refus"),
        "minutes": _("durée en minutes"),
        "languages": _("langues"),
        "weight": _("poids"),
        "aggregation": _("calcul"),
        "kind": _("genre"),
        "required": _("obligatoire"),
        "not_applicable": _("«\u00a0sans objet\u00a0» possible"),
        "unit": _("unité"),
        "min": _("minimum"),
        "max": _("maximum"),
        "decimals": _("décimales"),
        "full_at": _("points de la note entière"),
        "most_ticked": _("nombre de choix au plus"),
        "most_files": _("nombre de fichiers au plus"),
        "under": _("imbriquée sous"),
        "scale": _("échelle"),
        "points_by_value": _("points par seuil"),
        "points": _("points"),
        "exclusive": _("exclusif"),
        "counts": _("compte dans la note"),
        "sets": _("répond aussi à"),
        "dimension": _("thème"),
        "effort": _("effort"),
        "impact": _("effet"),
        "stake": _("enjeu"),
        "cost": _("coût en euros"),
    }
