"""A questionnaire being adapted: an open draft with a few changes, so that authors have something to see."""

from accounts.models import User
from diagnostics import editing
from diagnostics.definition import Kind
from diagnostics.models import QuestionnaireVersion
from diagnostics.services import drafts
from diagnostics.services.effects import FEW, companies_concerned, measure_effect
from programme.models import Programme


class DraftWriter:
    """Opens the draft of the programme's own adaptation of the shipped questionnaire."""

    def __init__(self, programme: Programme, author: User, version: QuestionnaireVersion) -> None:
        self.programme, self.author, self.version = programme, author, version

    def write(self) -> QuestionnaireVersion:
        """A copy with heavier data questions, a stricter second level and one more question.

        Its effect is measured when few companies answered; beyond, the page offers to.
        """
        draft = drafts.copy_questionnaire(
            actor=self.author, programme=self.programme, questionnaire=self.version.questionnaire
        )
        document = editing.with_settings(draft.definition, {"levels": self._levels(draft)})
        first = editing.sections_of(document)[0]
        document = editing.replace_part(document, editing.SECTION, first["code"], {**first, "weight": 2})
        document, _code = editing.add_question(
            document, first["code"], Kind.SINGLE, "Un budget est-il réservé à l’IA cette année\u00a0?"
        )
        draft = drafts.save_draft(actor=self.author, version=draft, document=document)
        if companies_concerned(draft.questionnaire) <= FEW:
            measure_effect(version=draft)
        return draft

    def _levels(self, draft: QuestionnaireVersion) -> list[editing.Part]:
        levels: list[editing.Part] = [dict(level) for level in draft.definition["levels"]]
        levels[1]["from"] = levels[1]["from"] + 5
        return levels
