"""Long work: the progress report beside WeasyPrint alone, a release beside its bare SQL.

``python -m tests.bench.work`` prints Markdown; each measurement of memory runs in a process of its own.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import django

django.setup()

import weasyprint  # noqa: E402 -- after setup
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from core import pdf  # noqa: E402
from diagnostics.models import Answer  # noqa: E402
from documents.models import Document  # noqa: E402
from documents.rendering import render, render_html  # noqa: E402
from observatory.assembling import assemble  # noqa: E402
from observatory.counting import main_version  # noqa: E402
from observatory.disclosure import protect_release  # noqa: E402
from programme.models import Programme  # noqa: E402
from reports.periods import Period, default_period  # noqa: E402
from reports.services import request_progress_report  # noqa: E402

ROUNDS = 5


def _programme() -> Programme:
    return Programme.objects.select_related("region").get(slug="demonstration")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _period() -> Period:
    programme = _programme()
    return default_period(programme.starts_on, timezone.localdate(), programme.ends_on)


def _report() -> Document:
    return request_progress_report(actor=None, programme=_programme(), period=_period())


def measure_report() -> None:
    """Alternate the whole rendering and WeasyPrint alone on the same HTML and stylesheet."""
    document = _report()
    html = render_html(document)
    stylesheet, fonts = pdf._stylesheet()

    def alone() -> bytes:
        page = weasyprint.HTML(string=html)
        return bytes(page.write_pdf(stylesheets=[stylesheet], font_config=fonts))

    pages = render(document).pages
    alone()
    whole, bare = [], []
    for _round in range(ROUNDS):
        whole.append(_seconds(lambda: render(document)))
        bare.append(_seconds(alone))
    ratio = statistics.median(a / b for a, b in zip(whole, bare, strict=True))
    print("### Rapport d’avancement\n\n| mesure | valeur |\n|---|---|")
    print(f"| pages, graphiques | {pages}, {html.count('<svg')} dessins |")
    print(f"| document complet (PDF balisé, données jointes, classeur) | {statistics.median(whole):.2f} s |")
    print(f"| WeasyPrint seul, même HTML | {statistics.median(bare):.2f} s |")
    print(f"| rapport | {ratio:.2f} × |")
    print(f"| mémoire du processus qui fait le rapport | {_apart('worker', _apart('work', 'ask'))} Mo |")


def measure_release() -> None:
    """Aggregate, then run the very same SQL bare, in turn; protection and audit apart."""
    programme = _programme()
    today = timezone.localdate()
    version = main_version(programme, today)
    assert version is not None
    with CaptureQueriesContext(connection) as captured:
        assembly = assemble(programme, version, today)
    statements = [query["sql"] for query in captured.captured_queries]

    def bare() -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    whole_times, bare_times = [], []
    for _round in range(ROUNDS):
        whole_times.append(_seconds(lambda: assemble(programme, version, today)))
        bare_times.append(_seconds(bare))
    ratio = statistics.median(a / b for a, b in zip(whole_times, bare_times, strict=True))
    protection = _seconds(lambda: protect_release(assembly.tables, ()))
    print("\n### Millésime\n\n| mesure | valeur |\n|---|---|")
    print(f"| réponses | {Answer.objects.count()} |")
    print(f"| agrégation ({len(statements)} requêtes) | {statistics.median(whole_times):.2f} s |")
    print(f"| les mêmes requêtes SQL, nues | {statistics.median(bare_times):.2f} s |")
    print(f"| rapport | {ratio:.2f} × |")
    print(f"| protection et attaque | {protection:.1f} s |")
    print(f"| mémoire de l’agrégation | {_apart('work', 'aggregation')} Mo |")


def _apart(module: str, what: str) -> str:
    """The last word that a module of these measurements prints, run in a process of its own."""
    command = [sys.executable, "-m", f"tests.bench.{module}", what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-1]


def main() -> None:
    """Measure everything, or one piece of work for its memory."""
    what = sys.argv[1] if len(sys.argv) > 1 else ""
    if what == "ask":
        print(_report().job_id)
    elif what == "aggregation":
        programme = _programme()
        version = main_version(programme, timezone.localdate())
        assert version is not None
        assemble(programme, version, timezone.localdate())
        print(_peak_mb())
    else:
        with transaction.atomic():
            measure_report()
        measure_release()


if __name__ == "__main__":
    main()
