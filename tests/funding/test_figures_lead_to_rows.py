"""Every figure of the budget leads to rows that sum to it: the links are followed, the sums compared."""

import html
import re
from datetime import date

import pytest

from core.formats import format_euros, format_euros_round
from funding import services
from tests.funding.factories import (
    NOW,
    PAID,
    TODAY,
    line_of,
    make_commitment,
    make_paid,
    make_plan,
    make_sent,
    make_submitted,
    make_validated,
)
from tests.funding.pages import url

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a href="([^"]+)">([^<]*\d[^<]*€)</a>')
CELL = re.compile(r'<td class="n">(?:<strong>)?([^<]*€)')
TOTAL = re.compile(r'<data value="(-?\d+)">')


@pytest.fixture
def lived(programme, officer, director):
    """Amounts all different, so that a wrong list cannot give the right total."""
    make_plan(programme)
    for axis in (1, 2, 3):
        make_paid(programme, officer, director, amount=1_000_01 * axis, axis=axis)
        make_validated(programme, officer, director, amount=300_07 * axis, axis=axis)
        make_submitted(programme, officer, amount=70_03 * axis, axis=axis)
        services.approve_commitment(
            actor=director,
            commitment=make_commitment(programme, officer, amount=500_11 * axis, axis=axis),
            at=NOW,
        )
    credited = make_paid(programme, officer, director, amount=90_00, axis=4)
    services.credit_expense(actor=director, expense=credited, amount_cents=11_11, reason="Avoir", at=NOW)
    state, region, _branches = programme.funders.all()
    for funder in (state, region):
        claim = make_sent(funder, officer, director)
        row = claim.shares.order_by("rank")[funder.position - 1]
        services.answer_claim(
            actor=officer, claim=claim, answered_on=TODAY, rejected={row.pk: "Hors objet"}, today=TODAY
        )
        claim.refresh_from_db()
        services.record_receipt(
            actor=officer,
            claim=claim,
            received_on=TODAY,
            amount_cents=claim.payable_cents - 3_33,
            today=TODAY,
        )
    make_paid(programme, officer, director, amount=44_44, axis=2, paid_on=PAID)
    return programme


def page_of(client, address):
    response = client.get(address)
    assert response.status_code == 200, address
    return html.unescape(response.content.decode())


def check_links(client, page):
    """Follow each amount; return how many were followed."""
    links = {(address, shown.strip()) for address, shown in LINK.findall(page)}
    for address, shown in sorted(links):
        if "/financeurs/" in address:
            # What a funder agreed is entered, not made of rows: its page says it.
            assert shown in page_of(client, address)
            continue
        totals = [int(cents) for cents in TOTAL.findall(page_of(client, address))]
        assert totals, address
        said = {words for cents in totals for words in (format_euros(cents), format_euros_round(cents))}
        assert shown in said, (address, shown, said)
    return len(links)


def test_every_figure_of_the_overview_leads_to_rows_that_sum_to_it(lived, officer, signed_in):
    client = signed_in(officer)
    page = page_of(client, url(lived, "overview"))
    assert check_links(client, page) > 60
    # After the charts: no amount of a table without its link, axis totals and grand total included.
    tables = page[page.index("Validé, et prévu en dessous") :]
    assert CELL.findall(tables) == []
    assert re.findall(r'<span class="sub">[^<]*€', tables) == []


def test_every_figure_of_a_line_and_of_a_funder_leads_to_rows(lived, officer, signed_in):
    client = signed_in(officer)
    for name, pk in (("line_detail", line_of(lived, 1).pk), ("funder_detail", lived.funders.first().pk)):
        page = page_of(client, url(lived, name, pk=pk))
        head = page[: page.index("Journal de la ligne")] if name == "line_detail" else page
        head = re.sub(r"<li>.*?</li>|<a href=\"[^\"]*/rapprochement/\">.*?</a>", "", head, flags=re.DOTALL)
        assert check_links(client, head) > 8


@pytest.mark.parametrize("figure", ["prevu", "reste", "disponible"])
def test_the_rows_of_a_composed_figure_sum_to_it(lived, officer, signed_in, figure):
    client = signed_in(officer)
    axis = line_of(lived, 2).axis
    page = page_of(client, f"{url(lived, 'composition')}?montant={figure}&volet={axis.pk}")
    assert check_links(client, page) == {"prevu": 0, "reste": 1, "disponible": 2}[figure]
    assert axis.name in page


def test_an_unknown_figure_or_part_is_not_found(lived, officer, signed_in):
    client = signed_in(officer)
    for asked in ("", "?montant=rien", "?montant=reste&ligne=999999", "?montant=reste&financeur=999999"):
        assert client.get(url(lived, "composition") + asked).status_code == 404


def test_a_figure_outside_the_plan_in_force_is_still_made_of_its_rows(lived, officer, director, signed_in):
    """A later plan changes what is planned; what was charged keeps its rows."""
    plan = services.start_plan(actor=director, programme=lived, reason="Avenant")
    services.activate_plan(actor=director, plan=plan, decided_on=date(2026, 6, 1))
    client = signed_in(officer)
    assert check_links(client, page_of(client, url(lived, "overview"))) > 60
