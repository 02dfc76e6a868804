"""Doors of state aid: terms, profile, grant, declaration."""

from typing import Any
from uuid import uuid4

from django import forms
from django.forms import formset_factory
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from core.enums import choices
from core.money import EurosFormField
from funding.enums import AidBase, AidSource, CompanySize
from funding.forms import date_field, euros_field
from funding.models import AidProfile, AidTerms
from funding.services.aid import AidDraft, DeclaredEntry


class AidTermsForm(forms.Form):
    """What services cost, and on which legal base they are given."""

    diagnostic_cost_cents = euros_field(
        _("Coût d’un diagnostic"),
        help_text=_("Prix de marché, hors taxes. Zéro\u00a0: pas d’aide à constater."),
    )
    diagnostic_price_cents = euros_field(_("Prix payé par l’entreprise pour un diagnostic"))
    diagnostic_base = forms.ChoiceField(label=_("Base juridique des diagnostics"), choices=choices(AidBase))
    half_day_cost_cents = euros_field(
        _("Coût d’une demi-journée de formation par personne"),
        help_text=_(
            "L’aide se calcule sur les demi-journées suivies\u00a0; le prix de la session en est déduit."
        ),
    )
    training_base = forms.ChoiceField(label=_("Base juridique des formations"), choices=choices(AidBase))
    authority = forms.CharField(
        label=_("Autorité qui octroie l’aide"),
        max_length=160,
        required=False,
        help_text=_("Nommée sur les attestations."),
    )

    @classmethod
    def stored(cls, terms: AidTerms) -> "AidTermsForm":
        """The terms as they are."""
        return cls(initial={name: getattr(terms, name) for name in cls.base_fields})


class AidProfileForm(forms.Form):
    """What changes the rules for one company."""

    size = forms.ChoiceField(
        label=_("Taille au sens européen"),
        required=False,
        choices=[("", _("non renseignée")), *choices(CompanySize)],
    )
    year_ends_in = forms.TypedChoiceField(
        label=_("Mois de clôture de l’exercice"), coerce=int, choices=[], initial=12
    )
    road_freight = forms.BooleanField(
        label=_("Transport routier de marchandises pour compte d’autrui"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year_ends_in"].choices = list(MONTHS.items())  # type: ignore[attr-defined]

    @classmethod
    def stored(cls, profile: AidProfile) -> "AidProfileForm":
        """The profile as it is."""
        return cls(initial={name: getattr(profile, name) for name in cls.base_fields})


class AidGrantForm(forms.Form):
    """An aid to write in the ledger."""

    source = forms.ChoiceField(label=_("Nature"), choices=choices(AidSource))
    label = forms.CharField(label=_("Objet"), max_length=200)
    granted_on = date_field(
        _("Date d’octroi"), help_text=_("Le jour où l’entreprise acquiert le droit de recevoir l’aide.")
    )
    base = forms.ChoiceField(label=_("Base juridique"), choices=choices(AidBase))
    cost = euros_field(_("Coût du service"), min_cents=1)
    paid = euros_field(_("Prix payé par l’entreprise"), required=False)
    priority_workers = forms.BooleanField(
        label=_("Travailleurs handicapés ou défavorisés"),
        required=False,
        help_text=_("Compte pour l’aide à la formation seulement."),
    )
    decision_reason = forms.CharField(
        label=_("Motif de la décision"),
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("La direction seule peut passer le plafond\u00a0; le motif reste dans l’historique."),
    )
    subject_id = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, draft: AidDraft | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {
            "form_token": uuid4(),
            "granted_on": timezone.localdate(),
            "source": "other",
        }
        if draft is not None:
            initial |= {
                "source": draft.source,
                "label": draft.label,
                "granted_on": draft.granted_on,
                "base": draft.base,
                "cost": draft.cost_cents,
                "paid": draft.paid_cents,
                "subject_id": draft.subject_id,
            }
        super().__init__(*args, **{"initial": initial, **kwargs})

    def draft(self) -> AidDraft:
        """What the service takes; only once valid."""
        data = self.cleaned_data
        return AidDraft(
            source=AidSource(data["source"]),
            label=data["label"],
            granted_on=data["granted_on"],
            base=AidBase(data["base"]),
            cost_cents=data["cost"],
            paid_cents=data["paid"] or 0,
            subject_id=data["subject_id"],
            priority_workers=data["priority_workers"],
        )


class AidDeclarationForm(forms.Form):
    """Who declares, and when."""

    signatory = forms.CharField(
        label=_("Déclarant"),
        max_length=160,
        help_text=_("Nom et qualité, par exemple «\u00a0Ada Exemple, gérante\u00a0»."),
    )
    declared_on = date_field(_("Date de la déclaration"))
    form_token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"declared_on": timezone.localdate(), "form_token": uuid4()})
        super().__init__(*args, **kwargs)


class DeclaredAidForm(forms.Form):
    """One aid received elsewhere."""

    authority = forms.CharField(label=_("Organisme qui a versé l’aide"), max_length=160)
    granted_on = date_field(_("Date d’octroi"))
    amount = EurosFormField(
        label=_("Montant de l’aide"),
        min_cents=1,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input-short amount"}
        ),
    )

    def entry(self) -> DeclaredEntry | None:
        """What the service takes; nothing for a row left blank."""
        data = self.cleaned_data
        if not data:
            return None
        return DeclaredEntry(data["granted_on"], data["authority"], data["amount"])


DeclaredAids = formset_factory(DeclaredAidForm, extra=1, max_num=50, validate_max=True)
