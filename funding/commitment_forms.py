"""Doors of commitments, transfers, closed years and rules of the agreement."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.errors import BusinessError
from core.files import check_upload
from funding.enums import CommitmentKind, EvidenceKind, EvidenceStep, Nature
from funding.forms import ReasonForm, date_field, euros_field, line_choices
from funding.models import BudgetLine
from funding.plan_form import AmountInput
from funding.selectors import BudgetOverview
from funding.selectors.plans import SheetFunder
from programme.models import Programme


class CommitmentForm(forms.Form):
    """A quote, a contract or an order."""

    line = forms.ChoiceField(label=_("Ligne budgétaire"))
    kind = forms.ChoiceField(label=_("Nature de l’engagement"), choices=choices(CommitmentKind))
    label = forms.CharField(label=_("Objet"), max_length=200)
    supplier = forms.CharField(label=_("Fournisseur"), max_length=160)
    reference = forms.CharField(label=_("Référence"), max_length=60, required=False)
    signed_on = date_field(_("Date d’engagement"))
    amount = euros_field(
        _("Montant éligible à réserver"),
        min_cents=1,
        help_text=_("Hors taxes récupérables, par exemple 1 234,56."),
    )
    file = forms.FileField(
        label=_("Devis, contrat ou bon de commande"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, overview: BudgetOverview, **kwargs: Any) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"form_token": uuid4(), "signed_on": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["line"].choices = line_choices(overview)  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """The file, refused here when its content is not what its name says."""
        upload = self.cleaned_data.get("file")
        if upload:
            try:
                check_upload(upload)
            except BusinessError as error:
                raise ValidationError(error.message, code=error.code) from error
        return upload or None

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {
            "line": BudgetLine.objects.get(pk=data["line"]),
            "kind": CommitmentKind(data["kind"]),
            "label": data["label"],
            "supplier": data["supplier"],
            "reference": data["reference"],
            "signed_on": data["signed_on"],
            "amount_cents": data["amount"],
            "upload": data["file"],
            "form_token": data["form_token"],
        }


class ReviseForm(ReasonForm):
    """Another amount, and why; the decision is the director's, when she sets a rule aside."""

    amount = euros_field(_("Nouveau montant éligible"), min_cents=1)
    override_reason = forms.CharField(
        label=_("Motif de la décision"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("L’excédent éventuel reste à la charge du porteur."),
    )
    field_order = ("amount", "reason")


class ApproveForm(forms.Form):
    """Approval; the reason is the director's, when she sets a rule aside."""

    override_reason = forms.CharField(
        label=_("Motif de la décision"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("L’excédent éventuel reste à la charge du porteur."),
    )


class TransferForm(ReasonForm):
    """Money moved between two lines of an axis; what each funder moves is read beside."""

    source = forms.ModelChoiceField(label=_("Ligne qui cède"), queryset=BudgetLine.objects.none())
    target = forms.ModelChoiceField(label=_("Ligne qui reçoit"), queryset=BudgetLine.objects.none())
    decided_on = date_field(_("Date de la décision"))
    form_token = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("source", "target", "reason", "decided_on", "form_token")

    def __init__(
        self, *args: Any, programme: Programme, funders: Iterable[SheetFunder], **kwargs: Any
    ) -> None:
        today = timezone.localdate()
        kwargs["initial"] = {"form_token": uuid4(), "decided_on": today} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        lines = BudgetLine.objects.for_programme(programme).filter(planned__plan__status="active")
        for name in ("source", "target"):
            self.fields[name].queryset = lines  # type: ignore[attr-defined]
        data: Any = self.data if isinstance(self.data, QueryDict) else {}
        self.parts = [
            AmountInput.read(f"part-{funder.id}", funder.name, data.get(f"part-{funder.id}", ""), funder.id)
            for funder in funders
        ]

    def clean(self) -> dict[str, Any]:
        """Fields that need one another."""
        data = super().clean() or {}
        for part in self.parts:
            if part.error:
                self.add_error(None, f"{part.label}\u00a0: {part.error}")
        return data

    def amounts(self) -> dict[int, int]:
        """Cents by funder id."""
        return {part.funder_id: part.cents or 0 for part in self.parts}


class YearForm(ReasonForm):
    """A year to close, or to open again with a reason."""

    year = forms.IntegerField(widget=forms.HiddenInput)


class EvidenceRulesForm:
    """The table nature × kind of evidence: not asked, asked to validate, or asked to claim."""

    def __init__(self, present: dict[tuple[str, str], str], data: QueryDict | None = None) -> None:
        steps = {step.value for step in EvidenceStep}
        self.kinds = list(EvidenceKind)
        self.rows = [
            (
                nature,
                [
                    (
                        kind,
                        f"{nature.value}-{kind.value}",
                        self._step(nature, kind, present, data, steps),
                    )
                    for kind in EvidenceKind
                ],
            )
            for nature in Nature
        ]

    @staticmethod
    def _step(
        nature: Nature,
        kind: EvidenceKind,
        present: dict[tuple[str, str], str],
        data: QueryDict | None,
        steps: set[str],
    ) -> str:
        if data is None:
            return present.get((nature.value, kind.value), "")
        asked = data.get(f"{nature.value}-{kind.value}", "")
        return asked if asked in steps else ""

    def needs(self) -> list[tuple[Nature, EvidenceKind, EvidenceStep]]:
        """What the service takes."""
        return [
            (nature, kind, EvidenceStep(step))
            for nature, cells in self.rows
            for kind, _name, step in cells
            if step
        ]
