"""Lists: filters in the URL, removable chips, sort, count, pages, export of exactly what is filtered."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property
from django_filters import FilterSet

PER_PAGE = 25
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Chip:
    """An active filter: what it says, and the address without it."""

    label: str
    value: str
    remove_url: str


@dataclass(frozen=True)
class SortLink:
    """A sortable column: the address that sorts by it, and its present direction for ``aria-sort``."""

    url: str
    direction: str


@dataclass(frozen=True)
class PageLink:
    """One entry of the page numbers; ``url`` is empty for the present page and for gaps."""

    label: str
    url: str
    current: bool = False


class Listing(Generic[Row]):
    """What a list page shows, read from the request's query string.

    ``sorts`` maps a name used in the URL to model fields; the primary key always ends the order, so
    that pages never repeat a row. Two queries: the count and the page. ``counted`` may answer the count
    otherwise: it receives what filters, as text, and the way to count. A search that knows the keys of its
    first answers, in their order, and how many there are says so by ``known`` of its filters; ``by_keys``
    then reads those of the page, and neither the count nor the order is asked of the database again.
    """

    def __init__(
        self,
        request: HttpRequest,
        *,
        queryset: QuerySet[Row],
        filterset_class: type[FilterSet],
        sorts: Mapping[str, Sequence[str]],
        default_sort: str,
        per_page: int = PER_PAGE,
        filter_kwargs: Mapping[str, Any] | None = None,
        counted: Callable[[str, Callable[[], int]], int] | None = None,
        by_keys: Callable[[Sequence[int]], Sequence[Any]] | None = None,
    ) -> None:
        self.request, self.path = request, request.path
        self.params = request.GET
        self._all, self._filterset_class, self._filter_kwargs = queryset, filterset_class, filter_kwargs or {}
        self.sorts, self.default_sort, self.per_page = sorts, default_sort, per_page
        self._counted, self._by_keys = counted, by_keys

    @cached_property
    def filterset(self) -> FilterSet:
        """The filters, bound when the address asks for something.

        Made when they are needed only: without anything to filter by, they cost as much as the rows.
        """
        return self._filterset_class(
            self.params or None, queryset=self._all, request=self.request, **self._filter_kwargs
        )

    @property
    def form(self) -> Any:
        """The filter form, bound to the query string."""
        return self.filterset.form

    @cached_property
    def sort(self) -> str:
        """The sort in force, with a leading minus when descending."""
        asked = self.params.get("tri", self.default_sort)
        return asked if asked.lstrip("-") in self.sorts else self.default_sort

    @cached_property
    def queryset(self) -> QuerySet[Row]:
        """Rows filtered and sorted, not cut: what an export gives."""
        minus = self.sort.startswith("-")
        fields = [
            field.removeprefix("-") if minus == field.startswith("-") else f"-{field.removeprefix('-')}"
            for field in self.sorts[self.sort.lstrip("-")]
        ]
        rows: QuerySet[Row] = self.filterset.qs if self.params else self._all
        return rows.order_by(*fields, "pk")

    @cached_property
    def page(self) -> Page[Row]:
        """The page asked for; the last one when the number is too large."""
        known = self._known_page()
        if known is not None:
            return known
        paginator = Paginator(self.queryset, self.per_page)
        if self._counted is not None:
            what = self.params.copy()
            for other in ("page", "tri"):
                what.pop(other, None)
            paginator.count = self._counted(what.urlencode(), self.queryset.count)
        return paginator.get_page(self.params.get("page"))

    def _known_page(self) -> Page[Row] | None:
        """The page asked for when a search knows its keys, in the order it gives them."""
        if self._by_keys is None or not self.params or "tri" in self.params:
            return None
        known = getattr(self.filterset, "known", None)
        if known is None:
            return None
        keys, total = known
        paginator: Paginator[Any] = Paginator(keys, self.per_page)
        paginator.count = total
        page = paginator.get_page(self.params.get("page"))
        if page.end_index() > len(keys):
            return None
        page.object_list = self._by_keys(list(page.object_list))
        return page

    @property
    def count(self) -> int:
        """How many rows are filtered."""
        return int(self.page.paginator.count)

    def url(self, **changes: str | None) -> str:
        """This list's address with some parameters changed or, with ``None``, removed."""
        params = self.params.copy()
        for name, value in changes.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        return self._address(params)

    def _address(self, params: QueryDict) -> str:
        query = params.urlencode()
        return f"{self.path}?{query}" if query else self.path

    @cached_property
    def sort_links(self) -> dict[str, SortLink]:
        """One link per sortable column."""
        links = {}
        for name in self.sorts:
            active = self.sort.lstrip("-") == name
            descending = self.sort.startswith("-")
            target = f"-{name}" if active and not descending else name
            direction = ("descending" if descending else "ascending") if active else "none"
            links[name] = SortLink(self.url(tri=target, page=None), direction)
        return links

    @cached_property
    def chips(self) -> tuple[Chip, ...]:
        """Active filters, each with the address that removes it."""
        if not self.params or not self.form.is_valid():
            return ()
        chips = []
        for name, field in self.form.fields.items():
            if self.params.get(name, "").strip():
                shown = self._shown(field, self.form.cleaned_data.get(name))
                chips.append(Chip(str(field.label or name), shown, self.url(**{name: None, "page": None})))
        return tuple(chips)

    @staticmethod
    def _shown(field: Any, value: Any) -> str:
        for choice, label in getattr(field, "choices", ()):
            if str(choice) == str(getattr(value, "pk", value)):
                return str(label)
        return str(value)

    @cached_property
    def clear_url(self) -> str:
        """This list without any filter, its sort kept."""
        return f"{self.path}?tri={self.sort}" if self.sort != self.default_sort else self.path

    @cached_property
    def page_links(self) -> tuple[PageLink, ...]:
        """Page numbers with gaps, nothing when one page holds all."""
        paginator = self.page.paginator
        if paginator.num_pages < 2:
            return ()
        links = []
        for number in paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1):
            current = number == self.page.number
            is_link = isinstance(number, int) and not current
            links.append(PageLink(str(number), self.url(page=str(number)) if is_link else "", current))
        return tuple(links)

    @property
    def previous_url(self) -> str:
        """The page before, or nothing."""
        return self.url(page=str(self.page.number - 1)) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """The page after, or nothing."""
        return self.url(page=str(self.page.number + 1)) if self.page.has_next() else ""

    @property
    def export_format(self) -> str:
        """``xlsx`` or ``csv`` when the query string asks for an export, else nothing."""
        asked = self.params.get("export", "")
        return asked if asked in ("xlsx", "csv") else ""

    @cached_property
    def export_urls(self) -> dict[str, str]:
        """Addresses of the exports of what is filtered."""
        return {fmt: self.url(export=fmt, page=None) for fmt in ("xlsx", "csv")}
