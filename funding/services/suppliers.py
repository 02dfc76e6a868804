"""Writes about suppliers: the programme's directory."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from companies.gazetteer import fold
from companies.identifiers import InvalidIdentifierError, parse_siret
from core import audit
from core.errors import BusinessError
from funding.models import Supplier
from programme.models import Programme


@transaction.atomic
def save_supplier(
    *,
    actor: User | None,
    programme: Programme,
    name: str,
    siret: str = "",
    city: str = "",
    supplier: Supplier | None = None,
) -> Supplier:
    """Enter a supplier in the directory, or correct it. Doing it twice changes nothing.

    Raises ``BusinessError``: no name, a SIRET that is not one, a name or SIRET of another supplier.
    """
    name = " ".join(name.split())
    if not fold(name):
        raise BusinessError(_("Indiquez le nom du fournisseur."), field="name", code="name")
    number = _checked_siret(programme, siret)
    rows = Supplier.objects.for_programme(programme)
    twin: Supplier | None = rows.filter(name_key=fold(name)[:160]).first()
    if supplier is None and twin is not None and (twin.siret == number or not number):
        return twin
    if twin is not None and (supplier is None or twin.pk != supplier.pk):
        raise BusinessError(
            _("«\u00a0%(name)s\u00a0» est déjà dans l’annuaire.") % {"name": twin.name},
            field="name",
            code="twin",
        )
    fresh = supplier or Supplier(programme=programme)
    before = [fresh.name, fresh.siret, fresh.city] if supplier else None
    fresh.name, fresh.siret, fresh.city = name, number, city.strip()
    if before == [fresh.name, fresh.siret, fresh.city]:
        return fresh
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError as error:
        raise BusinessError(
            _("Un autre fournisseur de l’annuaire porte ce SIRET."), field="siret", code="siret"
        ) from error
    audit.record(
        actor=actor,
        verb="supplier.updated" if supplier else "supplier.created",
        obj=fresh,
        programme_id=programme.pk,
        changes={"before": before, "after": [fresh.name, fresh.siret, fresh.city]},
    )
    return fresh


def _checked_siret(programme: Programme, text: str) -> str:
    if not text.strip():
        return ""
    try:
        return parse_siret(text, allow_reserved=programme.is_demonstration)
    except InvalidIdentifierError as error:
        raise BusinessError(
            _(
                "«\u00a0%(siret)s\u00a0» n’est pas un SIRET valable\u00a0: 14 chiffres, dont une clé "
                "de contrôle."
            )
            % {"siret": text.strip()[:40]},
            field="siret",
            code="siret",
        ) from error


@transaction.atomic
def remember_supplier(
    *, actor: User | None, programme: Programme, name: str, siret: str = ""
) -> Supplier | None:
    """Keep a supplier met in a file; its SIRET fills an empty one and never replaces another.

    Nothing is kept when the SIRET already belongs to a supplier of another name.
    """
    rows = Supplier.objects.for_programme(programme)
    known: Supplier | None = rows.filter(name_key=fold(name)[:160]).first()
    taken = bool(siret) and rows.filter(siret=siret).exclude(pk=known.pk if known else None).exists()
    if known is not None and (known.siret or not siret or taken):
        return known
    number = "" if taken else siret
    return save_supplier(
        actor=actor, programme=programme, name=known.name if known else name, siret=number, supplier=known
    )
