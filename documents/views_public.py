"""Public verification: is this paper the one the programme made? The same pages for everybody."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core import files
from documents import selectors, services
from documents.forms import CodeForm, FileForm


@require_safe
@never_cache
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code printed on the document."""
    form = CodeForm(request.GET or None)
    if request.GET and form.is_valid():
        code = selectors.normalise_code(form.cleaned_data["code"])
        if code:
            return redirect("verification:detail", code=code)
    return render(request, "documents/verification_code.html", {"form": form})


# Public pages carry no form token (they are the same for everybody) and this form writes nothing.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def document(request: HttpRequest, code: str) -> HttpResponse:
    """What is known of a code, and whether a given file is the original."""
    found = selectors.verification(code)
    if found is None:
        context = {"form": CodeForm(), "asked": selectors.normalise_code(code)[:30] or code[:30]}
        return render(request, "documents/verification_unknown.html", context, status=404)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    verdict = ""
    given_hash = ""
    if request.method == "POST" and form.is_valid() and found.is_ready:
        given_hash = selectors.sha256_of(form.cleaned_data["fichier"].chunks())
        verdict = "same" if given_hash == found.sha256 else "different"
    context = {"found": found, "form": form, "verdict": verdict, "given_hash": given_hash}
    status = 400 if form.errors else 200
    return render(request, "documents/verification_document.html", context, status=status)


@require_safe
@never_cache
def shared(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """Download through an address that expires; a clear page afterwards."""
    document_id = services.shared_document_id(token)
    found = selectors.ready_document(document_id) if document_id else None
    if found is None or found.file is None:
        return render(request, "documents/shared_expired.html", {"days": services.SHARE_DAYS}, status=410)
    return files.serve(found.file)
