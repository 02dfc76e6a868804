"""The directory of suppliers, and the names offered while one types."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import BusinessError
from core.exports import Sheet, export_response
from core.htmx import render_page
from core.listing import Listing
from core.money import euros
from funding.filters import SupplierFilter
from funding.import_form import SupplierForm
from funding.models import Supplier
from funding.selectors.imports import suggested_suppliers, supplier_for, supplier_rows
from funding.services.suppliers import save_supplier
from funding.views.expenses import place_error
from programme.access import ProgrammeRequest, allow
from programme.enums import OFFICE
from programme.links import programme_url


@allow(*OFFICE)
@require_safe
def supplier_list(request: ProgrammeRequest) -> HttpResponseBase:
    """Suppliers with what was booked for each."""
    listing: Listing[Supplier] = Listing(
        request,
        queryset=Supplier.objects.for_programme(request.programme),
        filterset_class=SupplierFilter,
        sorts={"nom": ("name_key",), "siret": ("siret", "name_key")},
        default_sort="nom",
    )
    if listing.export_format:
        found = supplier_rows(request.programme, listing.queryset)
        cells = [(r.name, r.siret, r.city, r.expenses, euros(r.booked_cents)) for r in found]
        columns = (_("Nom"), _("SIRET"), _("Ville"), _("Dépenses"), _("Validé"))
        sheet = Sheet(_("Fournisseurs"), columns, cells)
        return export_response(sheet, fmt=listing.export_format, filename="fournisseurs")
    rows = supplier_rows(request.programme, listing.page.object_list)
    context = {"listing": listing, "rows": rows}
    return render_page(request, "funding/supplier_list.html", context, partials={"results": "results"})


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def supplier_add(request: ProgrammeRequest) -> HttpResponse:
    """Enter a supplier."""
    return _form_page(request, None)


@allow(*OFFICE)
@require_http_methods(["GET", "HEAD", "POST"])
def supplier_edit(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """Correct a supplier."""
    return _form_page(request, supplier_for(request.access, pk))


def _form_page(request: ProgrammeRequest, supplier: Supplier | None) -> HttpResponse:
    stored = {name: getattr(supplier, name) for name in ("name", "siret", "city")} if supplier else {}
    form = SupplierForm(request.POST if request.method == "POST" else None, initial=stored)
    if request.method == "POST" and form.is_valid():
        try:
            save_supplier(
                actor=request.access.user,
                programme=request.programme,
                supplier=supplier,
                **form.cleaned_data,
            )
        except BusinessError as error:
            place_error(form, error)
        else:
            messages.success(request, _("Le fournisseur est enregistré."))
            return HttpResponseRedirect(programme_url(request.programme, "funding:supplier_list"))
    context = {"form": form, "supplier": supplier}
    return render(request, "funding/supplier_form.html", context, status=422 if form.is_bound else 200)


@allow(*OFFICE)
@require_safe
def supplier_suggestions(request: ProgrammeRequest) -> HttpResponse:
    """Names that hold what was typed, for the expense form."""
    names = suggested_suppliers(request.programme, request.GET.get("supplier", "")[:160])
    return render(request, "funding/_suppliers.html", {"names": names})
