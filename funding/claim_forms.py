"""Doors of claims: what is asked, what the funder answers, what it pays."""

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
from funding.enums import ClaimKind, ClaimPieceKind, Imputation
from funding.forms import ReasonForm, date_field, euros_field
from funding.models import Claim, ClaimTerms, Funder, Recovery
from programme.models import Programme


def _pack_left_out() -> list[tuple[str, Any]]:
    return [choice for choice in choices(ClaimPieceKind) if choice[0] != ClaimPieceKind.PACK]


class ClaimForm(forms.Form):
    """What to ask of whom. Sent by GET to see what it comes to, by POST to make it."""

    funder = forms.ModelChoiceField(label=_("Financeur"), queryset=Funder.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label=_("Nature de l’appel"), choices=choices(ClaimKind))
    until = date_field(
        _("Dépenses payées jusqu’au"), required=False, help_text=_("Aujourd’hui, si rien n’est indiqué.")
    )
    wanted = euros_field(
        _("Montant de l’avance"),
        required=False,
        min_cents=1,
        help_text=_(
            "Pour une avance seulement\u00a0; tout ce que prévoit la convention, si rien n’est indiqué."
        ),
    )
    form_token = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        kwargs["initial"] = {"kind": ClaimKind.INTERIM, "form_token": uuid4()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["funder"].queryset = Funder.objects.for_programme(programme)  # type: ignore[attr-defined]


class SendForm(forms.Form):
    """When a claim left; the reason is the director's, when she sends what she prepared."""

    sent_on = date_field(_("Envoyé le"))
    override_reason = forms.CharField(
        label=_("Motif, si vous l’avez préparé vous-même"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReceiptForm(forms.Form):
    """What came from a funder."""

    amount = euros_field(_("Montant reçu"), min_cents=1)
    received_on = date_field(_("Reçu le"))
    reference = forms.CharField(label=_("Référence bancaire"), max_length=80, required=False)
    form_token = forms.UUIDField(widget=forms.HiddenInput)


class ClaimPieceForm(forms.Form):
    """A piece that the funder asks for."""

    file = forms.FileField(
        label=_("Fichier"),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
    )
    kind = forms.ChoiceField(label=_("Nature de la pièce"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = _pack_left_out()  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        """The file, refused here when its content is not what its name says."""
        upload = self.cleaned_data["file"]
        try:
            check_upload(upload)
        except BusinessError as error:
            raise ValidationError(error.message, code=error.code) from error
        return upload


class AbandonForm(ReasonForm):
    """Why a rejected share is borne by the operator, and how much of it."""

    amount = euros_field(_("Montant pris en charge"), required=False, min_cents=1)
    field_order = ("amount", "reason")


class RepayForm(forms.Form):
    """How a recovery was settled: paid back, or deducted from another claim."""

    way = forms.ChoiceField(
        label=_("Règlement"),
        choices=[("repaid", _("Reversé au financeur")), ("offset", _("Déduit d’un autre appel"))],
    )
    settled_on = date_field(_("Reversé le"), required=False)
    reference = forms.CharField(label=_("Référence bancaire"), max_length=80, required=False)
    claim = forms.ModelChoiceField(label=_("Appel"), queryset=Claim.objects.none(), required=False)

    def __init__(self, *args: Any, recovery: Recovery, **kwargs: Any) -> None:
        kwargs["initial"] = {"settled_on": timezone.localdate()} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        others = Claim.objects.filter(funder=recovery.claim.funder).exclude(pk=recovery.claim_id)
        self.fields["claim"].queryset = others.filter(  # type: ignore[attr-defined]
            status__in=("prepared", "sent", "accepted", "partly")
        ).select_related("funder")

    def clean(self) -> dict[str, Any]:
        """Fields that need one another."""
        data = super().clean() or {}
        if data.get("way") == "repaid" and not data.get("settled_on"):
            self.add_error("settled_on", _("Indiquez la date."))
        if data.get("way") == "offset" and not data.get("claim"):
            self.add_error("claim", _("Choisissez l’appel dont il est déduit."))
        return data


class ClaimTermsForm(forms.Form):
    """What the agreement says of a funder's claims."""

    advance_percent = forms.IntegerField(
        label=_("Avance à la signature (%)"),
        min_value=0,
        max_value=100,
        help_text=_("0\u00a0: pas d’avance."),
    )
    ceiling_percent = forms.IntegerField(
        label=_("Plafond de l’avance et des acomptes (%)"),
        min_value=0,
        max_value=100,
        help_text=_("Le reste est versé au solde."),
    )
    imputation = forms.ChoiceField(label=_("Imputation de l’avance"), choices=choices(Imputation))
    required_pieces = forms.MultipleChoiceField(
        label=_("Pièces demandées avec chaque appel"),
        required=False,
        choices=choices(ClaimPieceKind),
        widget=forms.CheckboxSelectMultiple,
    )

    @staticmethod
    def initial_of(terms: ClaimTerms) -> dict[str, Any]:
        """What is in force."""
        return {
            "advance_percent": terms.advance_percent,
            "ceiling_percent": terms.ceiling_percent,
            "imputation": terms.imputation,
            "required_pieces": terms.required_pieces,
        }


class AnswerForm(forms.Form):
    """What a funder answers: all accepted, some shares rejected, or the whole claim refused.

    The shares themselves are boxes of the page (``rejeter``) with a reason each (``motif-<id>``), so that a
    hundred of them are not a hundred forms.
    """

    outcome = forms.ChoiceField(
        label=_("Réponse"),
        choices=[
            ("accepted", _("Tout est accepté, sauf ce qui est coché ci-dessous")),
            ("refused", _("Tout l’appel est refusé")),
        ],
        widget=forms.RadioSelect,
        initial="accepted",
    )
    answered_on = date_field(_("Date de la réponse"))
    answer = forms.CharField(
        label=_("Ce que dit le financeur"),
        max_length=250,
        required=False,
        help_text=_("Sert de motif aux parts cochées qui n’en ont pas."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def rejected(self) -> dict[int, str]:
        """Reason by share ticked on the page."""
        data: QueryDict = self.data  # type: ignore[assignment]
        common = self.cleaned_data.get("answer", "").strip()
        return {
            int(pk): data.get(f"motif-{pk}", "").strip() or common
            for pk in data.getlist("rejeter")
            if pk.isdecimal() and len(pk) < 19
        }

    def typed(self) -> dict[str, str]:
        """Reasons as typed, by id of share: kept when the answer is refused."""
        return {
            name.removeprefix("motif-"): str(value)
            for name, value in self.data.items()
            if name.startswith("motif-")
        }


def claim_move_forms(claim: Claim, left_cents: int) -> dict[str, forms.Form]:
    """Fresh forms of every move of a claim, told apart by a prefix of their ids."""
    today = timezone.localdate()
    return {
        "send": SendForm(auto_id="envoyer_%s", initial={"sent_on": today}),
        "cancel": ReasonForm(auto_id="abandonner_%s"),
        "piece": ClaimPieceForm(auto_id="piece_%s"),
        "receive": ReceiptForm(
            auto_id="recevoir_%s",
            initial={"received_on": today, "amount": max(0, left_cents) or None, "form_token": uuid4()},
        ),
    }
