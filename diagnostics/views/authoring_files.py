"""A version as a file: the YAML of our own format, an XLSForm, and the schema that guides authors."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.exports import XLSX_TYPE
from diagnostics import services
from diagnostics.author_wording import loss_lines
from diagnostics.definition import DefinitionError, questionnaire_schema
from diagnostics.models import QuestionnaireVersion
from diagnostics.selectors import authoring
from diagnostics.views.authoring import to_version
from programme.access import ProgrammeRequest, allow, allow_public
from programme.enums import OFFICE


@allow_public
@cache_control(public=True, max_age=3600)
@require_safe
def author_schema(request: ProgrammeRequest) -> HttpResponse:
    """The JSON Schema of the format, for the editors in which authors write."""
    text = json.dumps(questionnaire_schema(), ensure_ascii=False, indent=2)
    return HttpResponse(text, content_type="application/schema+json")


@allow(*OFFICE)
@require_safe
def author_file(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """A version as the YAML file that imports it back."""
    version = authoring.version_for(request.access, pk)
    return _attached(version, services.write_document(version.definition), "application/yaml", "yaml")


@allow(*OFFICE)
@require_safe
def author_workbook(request: ProgrammeRequest, pk: int) -> HttpResponse:
    """What an XLSForm of this version would leave out and, when asked for, the workbook."""
    version = authoring.version_for(request.access, pk)
    try:
        content, losses = services.write_workbook(version.definition, created=version.created_at)
    except DefinitionError:
        messages.warning(request, _("Ce brouillon n’est pas encore valable\u00a0: corrigez-le d’abord."))
        return to_version(request, pk)
    if "fichier" in request.GET:
        return _attached(version, content, XLSX_TYPE, "xlsx")
    context = {"version": version, "losses": loss_lines(losses)}
    return render(request, "diagnostics/author_workbook.html", context)


def _attached(version: QuestionnaireVersion, content: str | bytes, kind: str, extension: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"{version.questionnaire.code}-v{version.number}.{extension}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
