"""What a territory pack says of trainings: the catalogue of courses."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.i18n import gettext_lazy
from core.packs import PackChange, Reader, differences
from core.registries import PackSection, pack_sections
from programme.models import Programme
from trainings.catalogue import DELIVERIES, LEVELS, STAKES, CatalogueCourse
from trainings.models import Course
from trainings.services.catalogue import save_courses

MAX_HALF_DAYS, MAX_MINUTES = 60, 24_000
_KEYS = (
    "code",
    "title",
    "stake",
    "level",
    "delivery",
    "half_days",
    "minutes",
    "audience",
    "objectives",
    "outline",
)


def _facts(course: Course) -> dict[str, Any]:
    return {key: getattr(course, key) for key in _KEYS}


def _export(programme: Programme) -> list[dict[str, Any]]:
    return [_facts(course) for course in Course.objects.for_programme(programme).order_by("code")]


def _read(reader: Reader) -> list[CatalogueCourse]:
    courses = []
    for item in reader.items(unique="code"):
        item.only(*_KEYS)
        courses.append(
            CatalogueCourse(
                code=item.code("code", limit=60),
                title=item.text("title", limit=200),
                stake=item.choice("stake", STAKES),
                level=item.choice("level", LEVELS),
                delivery=item.choice("delivery", DELIVERIES),
                half_days=item.number("half_days", low=1, high=MAX_HALF_DAYS),
                minutes=item.number("minutes", low=1, high=MAX_MINUTES),
                audience=item.text("audience", limit=10_000),
                objectives=tuple(item.texts("objectives", limit=2_000)),
                programme=tuple(item.texts("outline", limit=2_000)),
            )
        )
    return courses


def _told(course: CatalogueCourse) -> dict[str, Any]:
    return {
        **{key: getattr(course, key) for key in _KEYS if key not in ("objectives", "outline")},
        "objectives": list(course.objectives),
        "outline": list(course.programme),
    }


def _compare(programme: Programme, courses: list[CatalogueCourse]) -> list[PackChange]:
    known = {course.code: course for course in Course.objects.for_programme(programme)}
    changes = []
    for course in courses:
        label = _("Formation «\u00a0%(title)s\u00a0»") % {"title": course.title}
        before = known.get(course.code)
        details = differences(_facts(before), _told(course)) if before is not None else ()
        if before is None or details:
            changes.append(PackChange(label, added=before is None, details=details))
    return changes


def _apply(programme: Programme, courses: list[CatalogueCourse], actor: User | None) -> None:
    save_courses(actor=actor, programme=programme, courses=courses)


pack_sections.register(
    "courses",
    PackSection(
        label=gettext_lazy("Catalogue de formations"),
        rank=40,
        export=_export,
        read=_read,
        compare=_compare,
        apply=_apply,
    ),
)
