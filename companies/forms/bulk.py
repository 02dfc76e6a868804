"""The form of an act on many companies."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from companies.enums import BulkKind, Stage
from companies.forms.fields import DayField, PersonChoiceField
from core.enums import choices
from programme.enums import STAFF
from programme.models import Programme
from programme.selectors import role_holders


class BulkForm(forms.Form):
    """What to do, with what each act needs; the rest is left unread."""

    kind = forms.ChoiceField(label=_("Que faire\u00a0?"), choices=choices(BulkKind), widget=forms.RadioSelect)
    advisor = PersonChoiceField(
        label=_("Conseiller"), queryset=User.objects.none(), required=False, empty_label=_("Aucun")
    )
    stage = forms.ChoiceField(
        label=_("Nouvelle étape"), choices=[("", _("Choisissez")), *choices(Stage)], required=False
    )
    reason = forms.CharField(
        label=_("Motif du changement d’étape"),
        max_length=250,
        required=False,
        help_text=_("Gardé dans l’historique."),
    )
    next_step = forms.CharField(label=_("Prochaine étape"), max_length=200, required=False)
    next_step_on = DayField(label=_("Date de la prochaine étape"), required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, programme: Programme, may_assign: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4
        self.fields["advisor"].queryset = role_holders(programme, *STAFF)  # type: ignore[attr-defined]
        if not may_assign:
            kept = [kind for kind in BulkKind if kind is not BulkKind.ADVISOR]
            self.fields["kind"].choices = choices(kept)  # type: ignore[attr-defined]
            del self.fields["advisor"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("kind")
        if kind == BulkKind.STAGE and not cleaned.get("stage"):
            self.add_error("stage", _("Choisissez l’étape."))
        if kind == BulkKind.NEXT_STEP and not cleaned.get("next_step"):
            self.add_error("next_step", _("Dites ce qui vient ensuite."))
        return cleaned

    def parameters(self) -> dict[str, Any]:
        """What the act needs, as plain values."""
        data = self.cleaned_data
        match BulkKind(data["kind"]):
            case BulkKind.ADVISOR:
                return {"advisor": data["advisor"].pk if data["advisor"] else None}
            case BulkKind.STAGE:
                return {"stage": data["stage"], "reason": data["reason"]}
            case BulkKind.NEXT_STEP:
                day = data["next_step_on"]
                return {"next_step": data["next_step"], "next_step_on": day.isoformat() if day else None}
            case _:
                return {}

    def told(self) -> str:
        """What will be done, in one sentence for the page of confirmation."""
        data = self.cleaned_data
        match BulkKind(data["kind"]):
            case BulkKind.ADVISOR if data["advisor"]:
                return str(_("Confier à %(name)s") % {"name": data["advisor"].full_name})
            case BulkKind.ADVISOR:
                return str(_("Retirer le conseiller"))
            case BulkKind.STAGE:
                return str(
                    _("Passer à l’étape «\u00a0%(stage)s\u00a0»") % {"stage": Stage(data["stage"]).label}
                )
            case BulkKind.NEXT_STEP:
                return str(_("Prochaine étape\u00a0: %(step)s") % {"step": data["next_step"]})
            case kind:
                return str(kind.label)
