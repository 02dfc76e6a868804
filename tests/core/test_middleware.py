"""The last net under refused rules: a page for who asked for a page, the reason alone for a part of one."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core.errors import BusinessError, NotVisible
from core.logs import RequestFilter
from core.middleware import BusinessErrorMiddleware

REFUSAL = BusinessError("Ce diagnostic est déjà remis.")


def answer(error: Exception, *, htmx: bool = False, path: str = "/essai/") -> HttpResponse | None:
    request = RequestFactory().post(path)
    request.resolver_match = None
    request.htmx = htmx  # type: ignore[attr-defined]
    return BusinessErrorMiddleware(lambda _request: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize("htmx", [False, True])
def test_a_refused_rule_says_why(htmx: bool) -> None:
    response = answer(REFUSAL, htmx=htmx)
    assert response is not None
    assert response.status_code == 409
    assert REFUSAL.message in response.content.decode()
    assert (b"<html" in response.content) is not htmx


def test_what_may_not_be_known_does_not_exist_and_the_rest_is_not_hidden() -> None:
    hidden = answer(NotVisible())
    assert hidden is not None
    assert hidden.status_code == 404
    assert answer(ZeroDivisionError()) is None
    assert answer(REFUSAL, path="/api/v1/essai/") is None


@pytest.mark.urls("tests.core.broken_urls")
def test_a_defect_of_ours_gives_the_reference_that_its_log_line_carries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = Client(raise_request_exception=False)
    with caplog.filtering(RequestFilter()):
        page, api = client.get("/panne/"), client.get("/api/v1/panne/")
    reference = page["X-Request-ID"]
    assert (page.status_code, api.status_code) == (500, 500)
    assert f"Référence à donner à l’assistance : {reference}" in page.content.decode().replace("\u00a0", " ")
    assert api.json()["reference"] == api["X-Request-ID"] != reference
    logged = [vars(record)["request_id"] for record in caplog.records if record.exc_info]
    assert logged == [reference, api["X-Request-ID"]]
