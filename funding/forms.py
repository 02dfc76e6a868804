"""Doors of expenses: amounts as French people write them, values kept when something is refused."""

from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.errors import BusinessError
from core.files import check_upload
from core.formats import format_euros
from core.money import EurosFormField
from funding.enums import EvidenceKind
from funding.models import BudgetLine, Expense
from funding.selectors import BudgetOverview

DATE = {"type": "date", "class": "input-short"}


def date_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE), **kwargs)


def euros_field(label: Any, **kwargs: Any) -> EurosFormField:
    """An amount in euros that gives cents."""
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "input-short amount"}
    return EurosFormField(label=label, widget=forms.TextInput(attrs=attrs), **kwargs)


class EvidenceFields(forms.Form):
    """A piece and what it proves."""

    evidence_kind = forms.ChoiceField(
        label=_("Nature de la pièce"), choices=choices(EvidenceKind), initial=EvidenceKind.INVOICE
    )
    evidence = forms.FileField(
        label=_("Fichier"),
        help_text=_("PDF, image ou document bureautique."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
    )

    def clean_evidence(self) -> Any:
        """The file, refused here when its content is not what its name says."""
        upload = self.cleaned_data.get("evidence")
        if upload:
            try:
                check_upload(upload)
            except BusinessError as error:
                raise ValidationError(error.message, code=error.code) from error
        return upload


class ExpenseForm(EvidenceFields):
    """An expense to enter or correct."""

    line = forms.ChoiceField(label=_("Ligne budgétaire"))
    label = forms.CharField(
        label=_("Objet"),
        max_length=200,
        help_text=_("Ce qui a été fait, par exemple « Étude d’impact, acompte 2 »."),
    )
    supplier = forms.CharField(label=_("Fournisseur"), max_length=160)
    invoice_number = forms.CharField(label=_("Numéro de facture"), max_length=60, required=False)
    spent_on = date_field(_("Date de la dépense"))
    amount = euros_field(
        _("Montant hors taxes récupérables"), min_cents=1, help_text=_("En euros, par exemple 1 234,56.")
    )
    eligible = euros_field(
        _("Dont part éligible"),
        required=False,
        help_text=_("À remplir seulement si une partie n’est pas éligible."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    field_order = ("line", "label", "supplier", "invoice_number", "spent_on", "amount", "eligible")

    def __init__(
        self, *args: Any, overview: BudgetOverview, expense: Expense | None = None, **kwargs: Any
    ) -> None:
        kwargs["initial"] = self._initial(expense) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = line_choices(overview)  # type: ignore[attr-defined]
        self.fields["evidence"].required = False

    @staticmethod
    def _initial(expense: Expense | None) -> dict[str, Any]:
        if expense is None:
            return {"form_token": uuid4()}
        partial = expense.eligible_cents != expense.amount_cents
        return {
            "line": expense.line_id,
            "label": expense.label,
            "supplier": expense.supplier,
            "invoice_number": expense.invoice_number,
            "spent_on": expense.spent_on,
            "amount": expense.amount_cents,
            "eligible": expense.eligible_cents if partial else None,
        }

    def values(self) -> dict[str, Any]:
        """What the services take, except the line's object and the evidence."""
        data = self.cleaned_data
        return {
            "label": data["label"],
            "supplier": data["supplier"],
            "invoice_number": data["invoice_number"],
            "spent_on": data["spent_on"],
            "amount_cents": data["amount"],
            "eligible_cents": data["amount"] if data["eligible"] is None else data["eligible"],
        }

    def budget_line(self) -> BudgetLine:
        """The line chosen, among those of the programme only."""
        return BudgetLine.objects.get(pk=self.cleaned_data["line"])


def line_choices(overview: BudgetOverview) -> list[tuple[str, Any]]:
    """Lines by axis, each with what remains on it."""
    groups: list[tuple[str, Any]] = [("", _("Choisissez une ligne"))]
    for axis in overview.axes:
        lines = [
            (
                str(line.id),
                _("%(code)s %(label)s – reste %(left)s")
                % {
                    "code": line.code,
                    "label": line.label,
                    "left": format_euros(line.figures.remaining_cents),
                },
            )
            for line in axis.lines
            if line.figures.planned_cents
        ]
        if lines:
            groups.append((_("Volet %(n)s – %(name)s") % {"n": axis.number, "name": axis.name}, lines))
    return groups


class EvidenceForm(EvidenceFields):
    """One more piece on an expense."""


class ReasonForm(forms.Form):
    """A decision that must be explained."""

    reason = forms.CharField(label=_("Motif"), max_length=250, widget=forms.Textarea(attrs={"rows": 2}))


class ValidateForm(forms.Form):
    """Validation; the reason is the director's, when she sets a rule aside."""

    override_reason = forms.CharField(
        label=_("Motif de la décision"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Il est conservé dans l’historique. L’excédent éventuel reste à la charge du porteur."),
    )


class PayForm(forms.Form):
    """When it was paid."""

    paid_on = date_field(_("Payée le"))


class CreditForm(ReasonForm):
    """A credit note."""

    amount = euros_field(_("Montant de l’avoir"), min_cents=1)
    eligible = euros_field(
        _("Dont part éligible"), required=False, help_text=_("Tout, si rien n’est indiqué.")
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("amount", "eligible", "reason")


class AmendmentForm(forms.Form):
    """Why a new version of the plan is needed."""

    reason = forms.CharField(
        label=_("Motif de l’avenant"), max_length=250, widget=forms.Textarea(attrs={"rows": 2})
    )


class ActivateForm(forms.Form):
    """When the plan was decided."""

    decided_on = date_field(
        _("Date de la décision"), help_text=_("Date de signature ou du comité de pilotage.")
    )


class RulesForm(forms.Form):
    """What the programme decided about its own money."""

    second_person = forms.BooleanField(
        label=_("Une dépense est validée par une autre personne que celle qui l’a saisie"),
        required=False,
        help_text=_("La direction peut passer outre, avec un motif conservé dans l’historique."),
    )


def move_forms() -> dict[str, forms.Form]:
    """Fresh forms of every move, told apart by a prefix of their ids."""
    return {
        "validate": ValidateForm(auto_id="valider_%s"),
        "send_back": ReasonForm(auto_id="renvoyer_%s"),
        "pay": PayForm(auto_id="payer_%s", initial={"paid_on": timezone.localdate()}),
        "cancel": ReasonForm(auto_id="annuler_%s"),
        "credit": CreditForm(auto_id="avoir_%s", initial={"form_token": uuid4()}),
        "evidence": EvidenceForm(auto_id="piece_%s"),
    }
