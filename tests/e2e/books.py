"""Books of the finance officer's journey: a plan in force and companies that handed in a diagnostic.

Run by ``manage.py shell`` inside the installation, by the product's own services.
"""

from accounts.models import User
from funding import services
from funding.enums import Nature
from funding.matrix import proportional_fill
from funding.services import LineEntry
from programme.enums import Role
from programme.models import Programme
from tests.e2e.programme import SLUG, answer_for_others, open_programme

ROWS = ((1, Nature.FEES, "Étude d’impact", 400_000_00), (2, Nature.FEES, "Diagnostics", 646_100_00))


def open_books() -> None:
    """A blank programme, its plan in force since the first day, twelve diagnostics handed in."""
    open_programme()
    programme = Programme.objects.get(slug=SLUG)
    director = User.objects.get(email=f"{Role.DIRECTOR}@parcours.example")
    funders = list(programme.funders.all())
    axes = dict(programme.axes.values_list("number", "pk"))
    cells = proportional_fill([row[3] for row in ROWS], [funder.agreed_cents for funder in funders])
    plan = services.start_plan(actor=director, programme=programme)
    services.save_plan(
        actor=director,
        plan=plan,
        entries=[
            LineEntry(
                axis_id=axes[number],
                nature=nature,
                label=label,
                planned_cents=planned,
                cells={funder.pk: cents for funder, cents in zip(funders, line, strict=True)},
            )
            for (number, nature, label, planned), line in zip(ROWS, cells, strict=True)
        ],
    )
    services.activate_plan(actor=director, plan=plan, decided_on=programme.starts_on)
    answer_for_others()
