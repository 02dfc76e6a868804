"""Two years of an agreement in a browser: from the plan put in force to the balance paid and its proof.

The processes that serve the pages tell the real time, so the agreement is one that ended yesterday and
each move bears the day it would have had: what is entered late counts from its own date.
"""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.formats import format_euros
from tests.e2e.conftest import check_axe
from tests.e2e.gestures import enter, submit, wait_for_job
from tests.e2e.programme import AGREEMENT_DAYS, SLUG
from tests.e2e.test_main_job import PDF
from tests.installation import Installation, served, wait_for

pytestmark = pytest.mark.e2e
PLACE = f"/{SLUG}/budget"
TODAY = timezone.localdate()
# A day of the first year and one of the second: never of the same calendar year.
FIRST = TODAY - timedelta(days=AGREEMENT_DAYS - 30)
SECOND = TODAY - timedelta(days=30)
STATE_CENTS = 507_331_00
EXPENSES = (
    ("Étude d’impact", "Étude, livrable final", "312 345,67", FIRST),
    ("Diagnostics", "Diagnostics, premier lot", "234 567,89", FIRST),
    ("Diagnostics", "Diagnostics, second lot", "300 000,01", SECOND),
)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A blank agreement of two years, served by the real processes."""
    setup = "from tests.e2e.programme import open_agreement; open_agreement()"
    with served(tmp_path_factory.mktemp("convention"), setup=setup) as place:
        yield place


class Person:
    """Somebody of the office at her window; each kind of page is checked the first time it is seen."""

    seen: set[str] = set()

    def __init__(self, page: Page, role: str) -> None:
        self.page = page
        enter(page, role)

    @property
    def main(self) -> Any:
        return self.page.locator("main")

    def look(self) -> None:
        """Axe on the page as it stands, unless a page of this kind was checked."""
        kind = re.sub(r"\d+|\?.*", "", self.page.url)
        if kind not in self.seen:
            self.seen.add(kind)
            check_axe(self.page)

    def go(self, address: str) -> None:
        self.page.goto(address if address.startswith("http") else f"{PLACE}/{address}")
        self.look()

    def press(self, label: str, *, then: str | re.Pattern[str] = "") -> None:
        """Press a button, wait for what it must bring, look at the page it leads to."""
        submit(self.page, label)
        if then:
            expect(self.main).to_contain_text(then)
        self.look()

    def unfold(self, words: str) -> None:
        self.page.locator("summary").filter(has_text=words).first.click()

    def fill(self, label: str, value: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(value)

    def choose(self, label: str, *, words: str) -> None:
        """The option of a list whose words contain these."""
        field = self.page.get_by_label(label, exact=False).first
        field.select_option(value=field.locator("option", has_text=words).first.get_attribute("value"))


def money(shown: str) -> int:
    """Cents of an amount as a page or a field shows it."""
    return int(re.sub(r"[^\d-]", "", shown.replace("−", "-")))


def test_a_whole_agreement(visit: Callable[..., Page], tmp_path: Path) -> None:
    officer, director = Person(visit(), "officer"), Person(visit(), "director")
    agree(director)
    commitment = commit(officer, director)
    first = spend(officer, director, tmp_path, EXPENSES[0], commitment)
    spend(officer, director, tmp_path, EXPENSES[1])
    advance = claim(officer, director, "Avance", FIRST)
    receive(officer, advance, FIRST)
    interim = claim(officer, director, "Acompte", FIRST + timedelta(days=20), rejects="livrable final")
    amend(director)
    transfer(director)
    second = spend(officer, director, tmp_path, EXPENSES[2])
    credit(director, second)
    again = claim(officer, director, "Acompte", TODAY)
    expect(officer.main).to_contain_text("livrable final")
    receive(officer, again, TODAY)
    close_first_year(officer, director, first)
    report(officer, director)
    balance = claim(officer, director, "Solde", TODAY, pack=True)
    receive(officer, balance, TODAY)
    settled(officer)
    past_day(officer)
    verify(officer, balance, tmp_path, pieces=0)
    # Two expenses of two pieces each time: the rejected one comes again with the second year's.
    for address in (interim, again):
        verify(officer, address, tmp_path, pieces=4)


def agree(director: Person) -> None:
    """What the agreement says of the State's claims, then the plan: three lines, two on one axis."""
    director.go("rapprochement/")
    director.page.locator('a[href$="/conditions/"]').first.click()
    director.look()
    director.fill("Avance à la signature", "30")
    director.choose("Imputation de l’avance", words="sur chaque acompte")
    director.press("Enregistrer les conditions")
    director.go("plans/")
    director.press("Préparer le plan")
    submit(director.page, "Ajouter une ligne")
    lines = (("Étude d’impact", "400 000,00"), ("Communication", "100 000,00"), ("Diagnostics", "546 100,00"))
    for rank, (label, amount) in enumerate(lines):
        director.page.locator("input[name$='-label']").nth(rank).fill(label)
        director.page.locator("input[data-planned]").nth(rank).fill(amount)
    submit(director.page, "Répartir tout au prorata")
    expect(director.page.locator("#verdict")).to_have_text("Équilibré")
    put_in_force(director, FIRST - timedelta(days=30))
    director.go("")


def put_in_force(director: Person, day: date) -> None:
    director.press("Enregistrer et mettre en vigueur")
    director.fill("Date de la décision", day.isoformat())
    director.press("Mettre le plan en vigueur", then="en vigueur")


def commit(officer: Person, director: Person) -> str:
    """A contract reserves its line once another person approves it."""
    officer.go("engagements/nouveau/")
    officer.choose("Ligne budgétaire", words="Étude d’impact")
    officer.fill("Objet", "Étude d’impact, marché")
    officer.fill("Fournisseur", "Cabinet du parcours")
    officer.fill("Montant", "350 000,00")
    officer.page.locator("input[type=date]").first.fill(FIRST.isoformat())
    officer.press("Enregistrer l’engagement", then="une autre personne doit")
    director.go(officer.page.url)
    director.press("Approuver l’engagement", then="engagé")
    return officer.page.url


def spend(
    officer: Person,
    director: Person,
    folder: Path,
    facts: tuple[str, str, str, date],
    commitment: str = "",
) -> str:
    """An expense with its two pieces, validated by a second person, then paid."""
    line, label, amount, day = facts
    if commitment:
        officer.page.goto(commitment)
        officer.page.get_by_role("link", name="Saisir une facture").click()
    else:
        officer.page.goto(f"{PLACE}/depenses/nouvelle/")
        officer.choose("Ligne budgétaire", words=line)
    officer.look()
    officer.fill("Objet", label)
    officer.fill("Fournisseur", "Cabinet du parcours")
    officer.fill("Numéro de facture", f"F-{label}")
    officer.fill("Date de la dépense", day.isoformat())
    officer.fill("Montant HT", amount)
    officer.page.locator("input[type=file]").set_input_files(piece(folder, f"facture {label}"))
    officer.press("Enregistrer et soumettre", then="soumise")
    expense = officer.page.url
    director.go(expense)
    director.press("Valider la dépense", then="Qui paie")
    officer.go(expense)
    officer.unfold("Ajouter une pièce")
    officer.page.locator("#pieces input[type=file]").set_input_files(piece(folder, f"preuve {label}"))
    officer.page.locator("#pieces select").select_option("payment")
    officer.press("Ajouter la pièce", then="Preuve de paiement")
    officer.fill("Payée le", day.isoformat())
    officer.press("Enregistrer le paiement", then="payée")
    return expense


def piece(folder: Path, name: str) -> Path:
    """A piece of evidence unlike any other."""
    file = folder / f"{name}.pdf"
    file.write_bytes(PDF + name.encode())
    return file


def claim(
    officer: Person, director: Person, kind: str, day: date, *, rejects: str = "", pack: bool = False
) -> str:
    """A claim prepared, packed, sent by another person and answered; a rejected share goes back at once."""
    officer.go("appels/nouveau/")
    officer.choose("Financeur", words="État")
    officer.choose("Nature de l’appel", words=kind)
    officer.press("Voir ce que l’appel donnerait", then="Appel auprès de")
    check_axe(officer.page)
    officer.page.locator('form[method="post"]').get_by_role("button", name="Préparer l’appel").click()
    expect(officer.main).to_contain_text("préparé")
    address = officer.page.url
    if kind != "Avance" or pack:
        submit(officer.page, "Constituer le dossier")
        wait_for_job(officer.page, until="Ouvrir l’appel")
        officer.page.get_by_role("link", name="Ouvrir l’appel").click()
        expect(officer.page.locator("#dossier")).to_contain_text("SHA-256")
        officer.look()
    director.go(address)
    director.fill("Envoyé le", day.isoformat())
    director.press("Marquer comme envoyé", then="envoyé")
    answer(officer, address, day, rejects)
    return address


def answer(officer: Person, address: str, day: date, rejects: str) -> None:
    officer.go(address)
    officer.page.get_by_role("link", name="Enregistrer la réponse").click()
    officer.look()
    officer.fill("Date de la réponse", day.isoformat())
    if rejects:
        row = officer.page.locator("tr").filter(has_text=rejects)
        row.get_by_role("checkbox").check()
        row.get_by_label("Motif du rejet").fill("Preuve de paiement illisible")
    submit(officer.page, "Enregistrer la réponse")
    expect(officer.page.locator(".lead .badge")).to_have_text(re.compile("accepté|rejeté en partie|payé"))
    if rejects:
        expect(officer.page.locator("#rejets")).to_contain_text("Preuve de paiement illisible")
        check_axe(officer.page)
        receive(officer, address, day)
        submit(officer.page, "Remettre à appeler")
        expect(officer.page.locator("#rejets")).to_have_count(0)


def receive(officer: Person, address: str, day: date) -> None:
    """The amount that is left to receive is proposed."""
    officer.go(address)
    field = officer.page.get_by_label("Reçu le")
    if field.is_visible():
        field.fill(day.isoformat())
        submit(officer.page, "Enregistrer le versement")
    expect(officer.page.locator(".lead .badge")).to_have_text("payé")


def amend(director: Person) -> None:
    """An amendment moves money between two axes; what is charged stays."""
    director.go("plans/")
    director.fill("Motif de l’avenant", "Plus de diagnostics, décidé en comité")
    director.press("Préparer l’avenant")
    for rank, amount in ((0, "380 000,00"), (2, "566 100,00")):
        director.page.locator("input[data-planned]").nth(rank).fill(amount)
    submit(director.page, "Répartir tout au prorata")
    expect(director.page.locator("#verdict")).to_have_text("Équilibré")
    put_in_force(director, SECOND)


def transfer(director: Person) -> None:
    """A part of a line goes to another of its axis, within the percentage agreed."""
    director.go("transferts/")
    director.choose("Ligne qui cède", words="Étude d’impact")
    director.choose("Ligne qui reçoit", words="Communication")
    director.page.locator("input[name^='part-']").first.fill("1 000,00")
    director.fill("Motif", "Journée de restitution")
    director.press("Transférer", then="Journée de restitution")
    expect(director.main).to_contain_text(format_euros(1_000_00))
    director.go("plans/")
    expect(director.page.locator("tbody tr")).to_have_count(3)


def credit(director: Person, expense: str) -> None:
    """The supplier takes back a part: a counter-entry answers the expense."""
    director.go(expense)
    director.unfold("Réduire la dépense")
    director.fill("Montant de l’avoir", "1 234,56")
    form = director.page.locator('form[action$="/avoir/"]')
    form.get_by_label("Motif").fill("Deux journées non réalisées")
    director.press("Enregistrer l’avoir", then="Contre-passations")
    check_axe(director.page)


def close_first_year(officer: Person, director: Person, expense: str) -> None:
    """Nothing of a closed year moves any more."""
    director.go("exercices/")
    row = director.page.locator("tr").filter(has_text=str(FIRST.year))
    row.get_by_role("button", name="Clore l’exercice").click()
    expect(director.page.locator("tr").filter(has_text=str(FIRST.year))).to_contain_text("clos")
    check_axe(director.page)
    officer.page.goto(f"{PLACE}/depenses/nouvelle/")
    officer.choose("Ligne budgétaire", words="Communication")
    officer.fill("Objet", "Oubli")
    officer.fill("Fournisseur", "Cabinet du parcours")
    officer.fill("Date de la dépense", FIRST.isoformat())
    officer.fill("Montant HT", "10")
    officer.press("Enregistrer le brouillon", then=f"L’exercice {FIRST.year} est clos")


def report(officer: Person, director: Person) -> None:
    """The compte rendu financier of the whole agreement balances, then is final."""
    officer.go("comptes-rendus/")
    officer.choose("Subvention de", words="État")
    officer.choose("Période", words="Toute la convention")
    officer.press("Ouvrir le compte rendu", then="Contrôles")
    officer.page.locator("#text-signatory").fill("Ada Exemple, présidente")
    submit(officer.page, "Enregistrer")
    balanced = officer.page.get_by_role("button", name="Enregistrer et équilibrer")
    if balanced.count():
        balanced.click()
    expect(officer.main).to_contain_text("la direction peut rendre le compte rendu définitif")
    address = officer.page.url
    director.go(address)
    director.page.get_by_role("link", name="Rendre définitif").click()
    director.look()
    director.press("Rendre définitif", then="Définitif depuis")
    director.page.get_by_role("link", name="Ouvrir le document").click()
    wait_for(lambda: arrived(director.page), seconds=90, what="the report arrives")
    director.look()


def arrived(page: Page) -> bool:
    """Whether the document's file is there; its page is asked again otherwise."""
    if page.get_by_role("link", name=re.compile("PDF")).count():
        return True
    page.reload()
    return False


def settled(officer: Person) -> None:
    """The State owes nothing more, and paid what it was charged."""
    officer.go("rapprochement/")
    officer.go("")
    row = officer.page.locator("tr").filter(has_text="État").filter(has_text=format_euros(STATE_CENTS))
    cells = [money(text) for text in row.locator("td.n").all_inner_texts()]
    agreed, validated, paid, claimed, received, left = cells
    assert (agreed, validated, paid) == (STATE_CENTS, claimed, received)
    assert validated == paid == STATE_CENTS - left
    row.get_by_role("link", name="État").first.click()
    officer.look()
    expect(officer.main.locator(".figure").filter(has_text="Dû")).to_contain_text(format_euros(0))


def past_day(officer: Person) -> None:
    """The day the advance came, nothing else was claimed yet: it is told so, whenever it was entered."""
    officer.go(f"synthese/?at={FIRST.isoformat()}")
    row = officer.page.locator("tr").filter(has_text="État").filter(has_text=format_euros(STATE_CENTS))
    cells = [money(text) for text in row.last.locator("td.n").all_inner_texts()]
    assert cells[3:5] == [0, STATE_CENTS * 30 // 100]
    officer.page.get_by_role("link", name="1.1 Étude d’impact").click()
    officer.look()
    expect(officer.main).to_contain_text("Situation à la fin du")


def verify(officer: Person, address: str, folder: Path, *, pieces: int) -> None:
    """An auditor needs the zip alone: each file has the digest that the manifest tells, none is left out."""
    officer.page.goto(address)
    with officer.page.expect_download() as download:
        officer.page.locator('a[href$="/dossier/"]').click()
    file = folder / "dossier.zip"
    download.value.save_as(file)
    shown = officer.page.locator("#dossier .hash").inner_text().strip()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == shown
    with zipfile.ZipFile(file) as archive:
        told = [line.split("  ", 1) for line in archive.read("MANIFESTE.sha256").decode().splitlines()]
        assert {name for _digest, name in told} | {"MANIFESTE.sha256"} == set(archive.namelist())
        for digest, name in told:
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
        evidence = [name for _digest, name in told if re.search(r"/\d{5}_", name)]
        assert len(evidence) == pieces
