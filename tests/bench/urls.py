"""The product's addresses, and the floor page: one query and a table of 25 rows in a bare template."""

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from companies.models import Participation

FLOOR = engines["django"].from_string(
    "<!doctype html><html lang='fr'><head><title>Plancher</title></head><body><h1>Plancher</h1><table>"
    "{% for row in rows %}<tr><td>{{ row.name }}</td><td>{{ row.section }}</td><td>{{ row.size_band }}</td>"
    "<td>{{ row.department_code }}</td></tr>{% endfor %}</table></body></html>"
)


def floor(request: HttpRequest) -> HttpResponse:
    """What the framework costs on this machine, for the same server and middleware."""
    rows = Participation.objects.only("name", "section", "size_band", "department_code").order_by("pk")[:25]
    return HttpResponse(FLOOR.render({"rows": rows}, request))


urlpatterns = [path("bench/plancher/", floor), path("", include("edec_ia.urls"))]
