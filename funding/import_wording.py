"""What is told of an accountant's file: one sentence for each remark and each fault."""

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from companies.faults import FileFaultCode, FileFaultError
from companies.wording import describe_fault
from core.formats import format_euros
from funding.expense_file import Column, Reason, Remark


def column_label(column: str) -> str:
    """The heading we suggest for a column."""
    return {
        Column.LINE: _("Ligne"),
        Column.LABEL: _("Objet"),
        Column.SUPPLIER: _("Fournisseur"),
        Column.SIRET: _("SIRET"),
        Column.INVOICE: _("Numéro de facture"),
        Column.DATE: _("Date"),
        Column.AMOUNT: _("Montant HT"),
        Column.TAX: _("TVA"),
        Column.RECOVERABLE: _("TVA récupérable"),
        Column.ELIGIBLE: _("Montant éligible"),
    }[Column(column)]


def describe_file(fault: FileFaultError) -> str:
    """Why a whole file is refused."""
    if fault.code is FileFaultCode.HEADING_MISSING:
        return _(
            "La ligne des titres est introuvable\u00a0: les colonnes «\u00a0Ligne\u00a0», "
            "«\u00a0Objet\u00a0», «\u00a0Fournisseur\u00a0», "
            "«\u00a0Date\u00a0» et «\u00a0Montant HT\u00a0» sont attendues. Première ligne lue\u00a0: "
            "«\u00a0%(headings)s\u00a0»."
        ) % {"headings": fault.detail}
    if fault.code is FileFaultCode.COLUMN_MISSING:
        return _(
            "La colonne «\u00a0%(column)s\u00a0» manque. Colonnes lues\u00a0: «\u00a0%(headings)s\u00a0»."
        ) % {
            "column": column_label(fault.place),
            "headings": fault.detail,
        }
    return describe_fault(fault)


def describe(remark: Remark) -> str:
    """A remark in words: the column, what was read, what to do."""
    told = _SENTENCES[remark.reason](remark)
    return f"{remark.column}\u00a0: {told}" if remark.column else told


_SENTENCES: Mapping[Reason, Callable[[Remark], str]] = {
    Reason.MISSING: lambda r: _("la cellule est vide."),
    Reason.CELL_ERROR: lambda r: (
        _("la cellule contient l’erreur «\u00a0%(value)s\u00a0».") % {"value": r.value}
    ),
    Reason.TOO_LONG: lambda r: _("plus de %(most)s caractères.") % {"most": r.detail},
    Reason.LINE_UNKNOWN: lambda r: (
        _("«\u00a0%(value)s\u00a0» n’est ni le code ni le libellé d’une ligne du plan en vigueur.")
        % {"value": r.value}
    ),
    Reason.DATE_UNREADABLE: lambda r: (
        _("«\u00a0%(value)s\u00a0» n’est pas une date\u00a0; écrivez-la comme 15/03/2026.")
        % {"value": r.value}
    ),
    Reason.DATE_OUTSIDE: lambda r: _("%(value)s est hors de la convention.") % {"value": r.value},
    Reason.DATE_FUTURE: lambda r: _("%(value)s n’est pas encore arrivé.") % {"value": r.value},
    Reason.YEAR_CLOSED: lambda r: _("l’exercice %(year)s est clos.") % {"year": r.detail},
    Reason.AMOUNT_UNREADABLE: lambda r: (
        _("«\u00a0%(value)s\u00a0» n’est pas un montant\u00a0; deux décimales au plus, comme 1 234,56.")
        % {"value": r.value}
    ),
    Reason.AMOUNT_NEGATIVE: lambda r: (
        _("%(value)s n’est pas positif\u00a0; un avoir se saisit sur la dépense qu’il réduit.")
        % {"value": r.value}
    ),
    Reason.AMOUNT_TOO_LARGE: lambda r: _("«\u00a0%(value)s\u00a0» est démesuré.") % {"value": r.value},
    Reason.TAX_IMPOSSIBLE: lambda r: _("la part récupérable dépasse la taxe."),
    Reason.ELIGIBLE_ABOVE: lambda r: (
        _("%(value)s dépasse le montant supporté, %(amount)s.")
        % {"value": r.value, "amount": format_euros(int(r.detail))}
    ),
    Reason.SIRET_INVALID: lambda r: (
        _("«\u00a0%(value)s\u00a0» n’est pas un SIRET valable.") % {"value": r.value}
    ),
    Reason.TWICE_IN_FILE: lambda r: (
        _("«\u00a0%(value)s\u00a0» est déjà à la ligne %(row)s.") % {"value": r.value, "row": r.detail}
    ),
    Reason.KNOWN_OTHERWISE: lambda r: (
        _("déjà saisie (%(detail)s) et soumise\u00a0: elle ne se corrige plus par un fichier.")
        % {"detail": r.detail}
    ),
    Reason.LOOKALIKE: lambda r: (
        _("même montant et même date que %(detail)s\u00a0: vérifiez que ce n’est pas la même.")
        % {"detail": r.detail}
    ),
    Reason.SIRET_DIFFERS: lambda r: (
        _("l’annuaire donne un autre SIRET à ce fournisseur (%(detail)s)\u00a0; il est gardé.")
        % {"detail": r.detail}
    ),
}
