"""Reading what a page sent: fields of questions are plain inputs, read without a form object each."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from companies.models import Contact, Participation
from diagnostics.answers import Typed, keep_exclusive, read_typed, stored_value
from diagnostics.definition import Kind, Question
from diagnostics.models import Questionnaire
from diagnostics.selectors.filling import KeptAnswer
from diagnostics.selectors.questionnaires import questionnaires_for
from diagnostics.services import Entry


def is_ambiguous(question: Question, data: QueryDict) -> bool:
    """Whether two gestures contradict each other, so that the former answer must tell the last one.

    Without script nothing unticks « Sans objet » or an exclusive choice when another is ticked.
    """
    ticked = [text for text in data.getlist(f"q-{question.code}") if text]
    columns = _columns(question, data)
    if f"na-{question.code}" in data and (ticked or columns or _rows(question, data)):
        return True
    exclusive = {choice.code for choice in question.choices if choice.exclusive}
    return any(len(each) > 1 and not exclusive.isdisjoint(each) for each in (ticked, *columns.values()))


def read_entry(question: Question, data: QueryDict, kept: KeptAnswer | None = None) -> Entry:
    """What was sent for one question, ready to be saved. Raises ``AnswerError`` when it does not suit.

    ``kept`` is the former answer; it is needed only when ``is_ambiguous``.
    """
    comment = data.get(f"c-{question.code}", "").replace("\r\n", "\n").strip()
    texts = data.getlist(f"q-{question.code}")
    rows, columns = _rows(question, data), _columns(question, data)
    if question.not_applicable and f"na-{question.code}" in data:
        has_value = any(text.strip() for text in texts) or bool(rows) or bool(columns)
        stated_before = kept is not None and kept.not_applicable
        if not has_value or not stated_before:
            return Entry(None, not_applicable=True, comment=comment)
    if question.kind is Kind.MULTIPLE and kept is not None:
        before = frozenset(kept.value if isinstance(kept.value, list) else ())
        texts = sorted(keep_exclusive(question, frozenset(filter(None, texts)), before))
    if columns and kept is not None and isinstance(kept.value, dict):
        columns = {
            code: sorted(keep_exclusive(question, frozenset(each), frozenset(kept.value.get(code, ()))))
            for code, each in columns.items()
        }
    if question.kind is Kind.FILE:
        return Entry(None, comment=comment)  # saving reads what is attached
    value = read_typed(question, Typed(texts, rows, columns))
    return Entry(stored_value(question, value), comment=comment)


def _rows(question: Question, data: QueryDict) -> dict[str, str]:
    if question.kind is not Kind.MATRIX:
        return {}
    sent = {row.code: data.get(f"q-{question.code}-{row.code}", "") for row in question.rows}
    return {code: text for code, text in sent.items() if text}


def _columns(question: Question, data: QueryDict) -> dict[str, list[str]]:
    sent = {column.code: data.getlist(f"q-{question.code}-{column.code}") for column in question.columns}
    return {code: ticked for code, texts in sent.items() if (ticked := [text for text in texts if text])}


def _offer(form: forms.Form, name: str, rows: QuerySet[Any]) -> None:
    """Limit a choice of rows to those of this company or programme."""
    field: Any = form.fields[name]
    field.queryset = rows


class ContactField(forms.ModelChoiceField):  # type: ignore[type-arg]  # rows of Contact
    """A contact with her function and address, so that the right one is invited."""

    def label_from_instance(self, contact: Any) -> str:
        """« Inès Delattre – gérante (ines@…) »."""
        parts = [str(contact)]
        if contact.job_title:
            parts.append(f"– {contact.job_title}")
        parts.append(f"({contact.email})" if contact.email else str(_("(sans adresse e-mail)")))
        return " ".join(parts)


class OpenForm(forms.Form):
    """Open a diagnostic for a company, and invite who will answer."""

    questionnaire = forms.ModelChoiceField(
        label=_("Questionnaire"), queryset=Questionnaire.objects.none(), empty_label=None
    )
    contact = ContactField(
        label=_("Qui va répondre\u00a0?"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("À choisir plus tard"),
        help_text=_("Cette personne recevra un lien personnel. Elle pourra s’arrêter et reprendre."),
    )
    invite = forms.BooleanField(label=_("Envoyer l’invitation tout de suite"), required=False, initial=True)

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        usable = questionnaires_for(participation.programme)
        _offer(self, "questionnaire", usable)
        _offer(self, "contact", participation.contacts.all())

    @property
    def can_open(self) -> bool:
        """Whether a questionnaire is published."""
        field: Any = self.fields["questionnaire"]
        return bool(field.queryset.exists())

    def clean(self) -> dict[str, object]:
        """An invitation needs an address."""
        data = super().clean() or {}
        contact = data.get("contact")
        if data.get("invite") and contact is not None and not contact.email:
            self.add_error(
                "contact",
                _("Cette personne n’a pas d’adresse e-mail\u00a0: ajoutez-la sur la fiche de l’entreprise."),
            )
        return data


class InviteForm(forms.Form):
    """Invite a contact, or send her a fresh link."""

    contact = ContactField(label=_("Contact"), queryset=Contact.objects.none())

    def __init__(self, *args: Any, participation: Participation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "contact", participation.contacts.exclude(email=""))


class CancelForm(forms.Form):
    """Cancel an open diagnostic."""

    reason = forms.CharField(label=_("Motif"), max_length=250)
