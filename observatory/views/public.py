"""Public pages and downloads of the observatory: published cells only, rendered once, no session."""

from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from diagnostics.selectors.questionnaires import definition_of
from funding.models import Funder
from observatory import datapackage, downloads, pages, selectors
from observatory.caching import serve
from observatory.context_series import context_series
from observatory.figures import Grid, grid, shown_count
from observatory.models import Release
from observatory.places import places_of
from observatory.sheets import TOTAL_CODE
from observatory.wording import REPEATED_LONG, SECRET_LONG
from programme.access import ProgrammeRequest, allow_public
from programme.links import programme_url

FOR_EVER = 3600
"""Seconds a proxy may keep what is addressed by the number of a release."""


@allow_public
@require_safe
def home(request: ProgrammeRequest) -> HttpResponse:
    """The programme's public page: what it is, and the doors that are open."""
    latest = selectors.latest_release_number(request.programme)

    def build() -> bytes:
        release = selectors.published_release(request.programme)
        context = {
            "axes": list(request.programme.axes.all()),
            "funders": list(Funder.objects.filter(programme=request.programme)),
            "release": selectors.release_view(release) if release else None,
        }
        return _page(request, "observatory/programme_home.html", context)

    # Funders and axes change without a release: a minute is as late as the page may be.
    return serve(request, request.programme, ("home", latest), build, kept_seconds=60)


@allow_public
@require_safe
def public(request: ProgrammeRequest) -> HttpResponse:
    """The latest release; an explanation as long as none is published."""
    latest = selectors.latest_release_number(request.programme)
    if latest is None:
        return serve(request, request.programme, ("none",), lambda: _empty_page(request))
    return _release_page(request, latest, latest, seconds=60)


def _empty_page(request: ProgrammeRequest) -> bytes:
    context = {"context_charts": [pages.context_chart(one) for one in context_series()]}
    return _page(request, "observatory/public_empty.html", context)


@allow_public
@require_safe
def public_release(request: ProgrammeRequest, number: int) -> HttpResponse:
    """A release by its number, at an address that never changes."""
    latest = selectors.latest_release_number(request.programme)
    return _release_page(request, number, latest, seconds=60)


def _release_page(
    request: ProgrammeRequest, number: int, latest: int | None, *, seconds: int
) -> HttpResponse:
    asked = request.GET.get("population", "")
    # only what the release crosses can be asked, so that few pages are kept
    known = asked if len(asked) <= 40 else ""

    def build() -> bytes:
        release = _release(request, number)
        tables = selectors.release_tables(release)
        context = _release_context(request, release, tables, known, is_latest=number == latest)
        return _page(request, "observatory/public.html", context)

    # an unknown population shows everybody: it is not kept under its own key
    key = known if not known or _is_population(request, number, known) else ""
    if key != known:
        known = ""
    return serve(request, request.programme, ("page", number, latest, key), build, seconds=seconds)


def _is_population(request: ProgrammeRequest, number: int, asked: str) -> bool:
    """Whether a value of the filter is one of the release's; the list is kept with the release."""
    key = f"observatory:populations:{request.programme.pk}:{number}"
    values: frozenset[str] | None = cache.get(key)
    if values is None:
        release = selectors.published_release(request.programme, number)
        tables = selectors.release_tables(release) if release else {}
        values = frozenset(one.value for one in pages.populations(tables))
        cache.set(key, values, FOR_EVER)
    return asked in values


def _release_context(
    request: ProgrammeRequest, release: Release, tables: pages.Tables, asked: str, *, is_latest: bool
) -> dict[str, Any]:
    every = pages.populations(tables)
    chosen = next((one for one in every if one.value == asked), pages.Population())
    view = selectors.release_view(release)
    former = [one for one in selectors.published_releases(request.programme) if one.number != view.number]
    trend = [] if chosen.kind else selectors.mean_trend(request.programme)
    until = [(one, cell) for one, cell in trend if one.reference_date <= view.reference_date]
    everything = not chosen.kind
    _levels, total = pages.level_cells(tables, chosen)
    return {
        "release": view,
        "is_latest": is_latest,
        "chosen": chosen,
        "groups": pages.filter_groups(every, chosen),
        "respondents": shown_count(total),
        "figures": pages.key_figures(tables, chosen, view),
        "level_chart": pages.level_chart(tables, chosen),
        "score_chart": pages.score_chart(tables, chosen),
        "sector_chart": pages.breakdown_chart(tables, chosen, "sector"),
        "size_chart": pages.breakdown_chart(tables, chosen, "size"),
        "heat_chart": pages.level_heat(tables) if everything else None,
        "map_chart": pages.territory_map(tables["territory"], places_of(request.programme))
        if everything and "territory" in tables
        else None,
        "department_chart": pages.department_chart(tables["territory"])
        if everything and "territory" in tables
        else None,
        "needs_chart": pages.needs_chart(tables) if everything else None,
        "trend_chart": pages.trend_chart(until),
        "context_charts": [pages.context_chart(one) for one in context_series()] if everything else [],
        "tables": [
            {"code": one.code, "title": one.title, "url": _table_url(request, view.number, one.code)}
            for one in tables.values()
        ],
        "former": [
            {
                "title": one.title,
                "published_on": one.published_on,
                "url": programme_url(request.programme, "observatory:public_release", number=one.number),
            }
            for one in former
        ],
        "here": request.path,
        "secret_text": SECRET_LONG,
        "repeated_text": REPEATED_LONG if any(t.has_repeated() for t in tables.values()) else "",
    }


@allow_public
@require_safe
def public_table(request: ProgrammeRequest, number: int, code: str) -> HttpResponse:
    """One table of a release, whole, with its downloads."""

    def build() -> bytes:
        release = _release(request, number)
        table = _table(release, code)
        context: dict[str, Any] = {
            "release": selectors.release_view(release),
            "table": grid(table) if code not in _LONG else _without_columns(table),
            "sections": _answer_sections(release, table) if code in _LONG else [],
            "repeated_text": REPEATED_LONG if table.has_repeated() else "",
            "secret_text": SECRET_LONG,
        }
        return _page(request, "observatory/public_table.html", context)

    return serve(request, request.programme, ("table", number, code), build, seconds=FOR_EVER)


# tables whose columns differ from row to row: shown question by question
_LONG = ("answers", "needs")


def _without_columns(table: selectors.TableView) -> Grid:
    """Head of a long table, whose rows are shown apart."""
    return grid(selectors.TableView(table.code, table.title, table.measure, table.dimensions, table.note, ()))


def _answer_sections(release: Release, table: selectors.TableView) -> list[dict[str, Any]]:
    """Questions under the title of their dimension, each with its answers."""
    level = selectors.release_table(release, "level")
    whole = level.cell(TOTAL_CODE) if level else None
    by_row: dict[str, list[selectors.CellView]] = {}
    for cell in table.cells:
        by_row.setdefault(cell.row, []).append(cell)
    titles = {}
    if release.version is not None:
        definition = definition_of(release.version)
        titles = {code: one.title for code, one in definition.dimension_of.items()}
    sections: dict[str, list[dict[str, Any]]] = {}
    for row, cells in by_row.items():
        question = {
            "text": cells[0].row_label,
            "answers": [_answer(one, whole) for one in cells],
        }
        sections.setdefault(titles.get(row, table.title), []).append(question)
    return [{"title": title, "questions": questions} for title, questions in sections.items()]


def _answer(cell: selectors.CellView, whole: selectors.CellView | None) -> dict[str, Any]:
    shown = shown_count(cell, cell.column_label, whole)
    share = min(100, round(100 * shown.value / whole.count)) if whole and whole.count else 0
    return {"label": shown.label, "text": shown.text, "is_secret": shown.is_secret, "percent": share}


@allow_public
@require_safe
def release_file(request: ProgrammeRequest, number: int, fmt: str, code: str = "") -> HttpResponse:
    """A release or one of its tables, in CSV or JSON; a release as a data package too."""

    def tables() -> tuple[selectors.ReleaseView, list[selectors.TableView]]:
        release = _release(request, number)
        found = [_table(release, code)] if code else list(selectors.release_tables(release).values())
        return selectors.release_view(release), found

    makers: dict[str, tuple[Callable[[], bytes], str]] = {
        "csv": (lambda: downloads.csv_bytes(tables()[1]), downloads.CSV_TYPE),
        "json": (lambda: downloads.release_json(*tables()), downloads.JSON_TYPE),
        "zip": (lambda: datapackage.package_bytes(*tables()), datapackage.ZIP_TYPE),
    }
    build, content_type = makers[fmt]
    name = f"observatoire-{request.programme.slug}-{number}{'-' + code if code else ''}.{fmt}"
    return serve(
        request,
        request.programme,
        ("file", number, fmt, code),
        build,
        content_type=content_type,
        filename=name,
        seconds=FOR_EVER,
    )


def _release(request: ProgrammeRequest, number: int) -> Release:
    release = selectors.published_release(request.programme, number)
    if release is None:
        raise Http404(_("Ce millésime n’est pas publié."))
    return release


def _table(release: Release, code: str) -> selectors.TableView:
    table = selectors.release_table(release, code)
    if table is None:
        raise Http404(_("Ce millésime n’a pas ce tableau."))
    return table


def _table_url(request: ProgrammeRequest, number: int, code: str) -> str:
    return programme_url(request.programme, "observatory:public_table", number=number, code=code)


def _page(request: ProgrammeRequest, template: str, context: dict[str, Any]) -> bytes:
    """Render without session or token: the same for everybody."""
    return render_to_string(template, context, request=request).encode()
