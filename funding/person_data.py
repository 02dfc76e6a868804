"""What money holds about a person. Almost all of it is accounting, which the law keeps ten years."""

from django.apps import apps
from django.db.models import Q

from core.formats import format_date
from core.i18n import gettext_lazy as _
from core.persons import ACCOUNTING_REASON, Erasure, PersonRecord, PersonScope, kept
from core.registries import PersonDataSource, person_data
from funding.models import AidDeclaration, Expense, FunderMember


def _expenses(scope: PersonScope) -> Q:
    return Q(entered_by__email__iexact=scope.email) | Q(validated_by__email__iexact=scope.email)


def _collect(scope: PersonScope) -> list[PersonRecord]:
    members = scope.within(
        FunderMember.objects.filter(user__email__iexact=scope.email), "funder__programme"
    ).select_related("funder")
    records = [
        PersonRecord(str(_("Accès d’un financeur")), {str(_("financeur")): each.funder.name})
        for each in members
    ]
    signed = scope.within(
        AidDeclaration.objects.filter(entered_by__email__iexact=scope.email), "participation__programme"
    ).select_related("participation")
    records += [
        PersonRecord(
            str(_("Déclaration d’aides saisie")),
            {
                str(_("entreprise")): each.participation.name,
                str(_("déclarant")): each.signatory,
                str(_("le")): format_date(each.declared_on),
            },
        )
        for each in signed
    ]
    records += [
        PersonRecord(
            str(_("Dépense saisie ou validée")),
            {str(_("numéro")): f"D{each.number:05d}", str(_("du")): format_date(each.spent_on)},
        )
        for each in scope.within(Expense.objects.filter(_expenses(scope)))
    ]
    return records


def _erase(scope: PersonScope) -> Erasure:
    """Access goes; the books stay, with the name of who entered and who validated."""
    members = FunderMember.objects.filter(user__email__iexact=scope.email)
    gone, _rows = scope.within(members, "funder__programme").delete()
    expenses = scope.within(Expense.objects.filter(_expenses(scope))).count()
    declared = AidDeclaration.objects.filter(entered_by__email__iexact=scope.email)
    declarations = scope.within(declared, "participation__programme").count()
    return Erasure(
        erased=gone,
        kept=kept(_("Dépenses saisies ou validées"), expenses, ACCOUNTING_REASON)
        + kept(_("Déclarations d’aides"), declarations, ACCOUNTING_REASON),
        keeps_account=bool(expenses),
    )


person_data.register(
    "funding",
    PersonDataSource(
        label=_("Financement"),
        purpose=_("Justifier l’emploi des fonds publics (obligation légale)."),
        rank=10,
        collect=_collect,
        erase=_erase,
        # Every table of this app, those to come included: all of it is accounting.
        keeps={
            model._meta.label_lower: ACCOUNTING_REASON
            for model in apps.get_app_config("funding").get_models()
        },
    ),
)
