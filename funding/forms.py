"""Doors of expenses: amounts as French people write them, values kept when something is refused."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
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
from funding.models import BudgetLine, Commitment, Expense
from funding.selectors import BudgetOverview
from funding.steering import Thresholds

DATE = {"type": "date", "class": "input-short"}


def date_field(label: Any, **kwargs: Any) -> forms.DateField:
    """A day, with the browser's own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(format="%Y-%m-%d", attrs=DATE), **kwargs)


def euros_field(label: Any, **kwargs: Any) -> EurosFormField:
    """An amount in euros that gives cents."""
    attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "input-short amount"}
    return EurosFormField(label=label, widget=forms.TextInput(attrs=attrs), **kwargs)


def read_moment(text: str) -> datetime | None:
    """The moment that a hidden field carries, nothing when somebody tampered with it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


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
        help_text=_("Ce qui a été fait, par exemple «\u00a0Étude d’impact, acompte 2\u00a0»."),
    )
    supplier = forms.CharField(
        label=_("Fournisseur"),
        max_length=160,
        widget=forms.TextInput(attrs={"list": "fournisseurs", "autocomplete": "off"}),
    )
    invoice_number = forms.CharField(label=_("Numéro de facture"), max_length=60, required=False)
    spent_on = date_field(_("Date de la dépense"))
    amount = euros_field(_("Montant HT"), min_cents=1, help_text=_("En euros, par exemple 1 234,56."))
    tax = euros_field(_("Taxes"), required=False, help_text=_("TVA de la facture, si elle en porte."))
    recoverable = euros_field(
        _("Dont taxes récupérables"),
        required=False,
        help_text=_("Ce que le porteur récupère\u00a0: jamais éligible."),
    )
    eligible = euros_field(
        _("Dont part éligible"),
        required=False,
        help_text=_("À remplir seulement si une partie n’est pas éligible."),
    )
    commitment = forms.ChoiceField(
        label=_("Engagement consommé"),
        required=False,
        help_text=_("Le devis ou le contrat que cette facture consomme, s’il y en a un."),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    field_order = ("line", "label", "supplier", "invoice_number", "spent_on", "amount", "tax", "eligible")

    def __init__(
        self,
        *args: Any,
        overview: BudgetOverview,
        commitments: Sequence[tuple[str, str]] = (),
        expense: Expense | None = None,
        **kwargs: Any,
    ) -> None:
        kwargs["initial"] = self.initial_of(expense) | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = line_choices(overview)  # type: ignore[attr-defined]
        self.fields["commitment"].choices = [("", _("Aucun")), *commitments]  # type: ignore[attr-defined]
        self.fields["evidence"].required = False

    @staticmethod
    def initial_of(expense: Expense | None) -> dict[str, Any]:
        """What is stored, as the form shows it."""
        if expense is None:
            return {"form_token": uuid4()}
        partial = expense.eligible_cents != expense.amount_cents
        return {
            "line": expense.line_id,
            "label": expense.label,
            "supplier": expense.supplier,
            "invoice_number": expense.invoice_number,
            "spent_on": expense.spent_on,
            "amount": expense.net_cents,
            "tax": expense.tax_cents or None,
            "recoverable": expense.recoverable_tax_cents or None,
            "commitment": expense.commitment_id or "",
            "seen": expense.updated_at.isoformat(),
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
            "amount_cents": self.cost_cents,
            "tax_cents": data["tax"] or 0,
            "recoverable_tax_cents": data["recoverable"] or 0,
            "eligible_cents": self.cost_cents if data["eligible"] is None else data["eligible"],
            "commitment": Commitment.objects.get(pk=data["commitment"]) if data["commitment"] else None,
        }

    @property
    def cost_cents(self) -> int:
        """What the programme bears: net of tax, plus the tax that nobody gives back."""
        data = self.cleaned_data
        return int(data["amount"] + (data["tax"] or 0) - (data["recoverable"] or 0))

    def clean(self) -> dict[str, Any]:
        """Taxes that hold together; the services check the rest."""
        data = super().clean() or {}
        if (data.get("recoverable") or 0) > (data.get("tax") or 0):
            self.add_error("recoverable", _("La taxe récupérable ne dépasse pas la taxe."))
        return data

    def renew(self, expense: Expense) -> None:
        """Let what was typed be saved over what somebody else wrote, now that the person knows."""
        self.data = {**self.data.dict(), "seen": expense.updated_at.isoformat()}  # type: ignore[attr-defined]

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
                    "left": format_euros(line.figures.available_cents),
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
    """Validation of what was read; the reason is the director's, when she sets a rule aside."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

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


def percent_field(label: Any, help_text: Any) -> forms.IntegerField:
    """A whole percentage."""
    return forms.IntegerField(
        label=label,
        min_value=0,
        max_value=100,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )


class RulesForm(forms.Form):
    """What the programme decided about its own money."""

    second_person = forms.BooleanField(
        label=_("Une dépense est validée par une autre personne que celle qui l’a saisie"),
        required=False,
        help_text=_("La direction peut passer outre, avec un motif conservé dans l’historique."),
    )
    fungibility_percent = forms.IntegerField(
        label=_("Fongibilité entre lignes d’un même volet (%)"),
        required=False,
        min_value=0,
        max_value=100,
        help_text=_("Part d’une ligne qui peut être transférée sans avenant."),
        widget=forms.NumberInput(attrs={"class": "input-short"}),
    )
    near_percent = percent_field(
        _("Alerte de consommation (%)"), _("Une ligne est signalée quand cette part est dépensée ou engagée.")
    )
    early_percent = percent_field(
        _("Début de l’alerte de retard (%)"),
        _("Part de la convention écoulée avant laquelle rien n’est dit."),
    )
    behind_percent = percent_field(
        _("Alerte de retard (%)"),
        _("Une ligne est signalée sous cette part de ce qu’un rythme régulier aurait consommé."),
    )

    def thresholds(self) -> Thresholds:
        """What the service takes."""
        return Thresholds(**{name: self.cleaned_data[name] for name in asdict(Thresholds())})


def move_forms(expense: Expense) -> dict[str, forms.Form]:
    """Fresh forms of every move, told apart by a prefix of their ids."""
    return {
        "validate": ValidateForm(auto_id="valider_%s", initial={"seen": expense.updated_at.isoformat()}),
        "send_back": ReasonForm(auto_id="renvoyer_%s"),
        "pay": PayForm(auto_id="payer_%s", initial={"paid_on": timezone.localdate()}),
        "cancel": ReasonForm(auto_id="annuler_%s"),
        "credit": CreditForm(auto_id="avoir_%s", initial={"form_token": uuid4()}),
        "evidence": EvidenceForm(auto_id="piece_%s"),
    }
