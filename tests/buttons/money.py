"""Buttons of the budget: plan, expenses, reports, imports, time sheets, readers, aid."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from companies.models import Participation
from funding.enums import AidBase, AidSource
from funding.services.aid import AidDraft, grant_aid
from funding.services.closing import ReportEntry, balance_report, open_report, save_report
from funding.services.funder_members import invite_funder_member
from funding.services.imports import receive_expense_file, stage_expenses
from funding.services.timesheets import TimeDraft, create_time_sheet
from programme.models import Programme
from tests.buttons.button import TOKEN, Button
from tests.funding.factories import (
    line_of,
    make_expense,
    make_plan,
    make_submitted,
    make_validated,
    upload,
)


def funding_buttons(programme: Programme, officer: User, director: User) -> dict[str, Button]:
    make_plan(programme)
    draft, waiting, returned = (
        make(programme, officer, label=f"Acompte {rank}")
        for rank, make in enumerate((make_expense, make_submitted, make_submitted))
    )
    shared = make_validated(programme, officer, director, label="Acompte partagé", amount=100_00)
    entered = {
        "line": line_of(programme, 1).pk,
        "label": "Étude, acompte",
        "supplier": "Cabinet Orchivelin",
        "invoice_number": "F-2603",
        "spent_on": "2026-03-15",
        "amount": "1 234,56",
        "evidence_kind": "invoice",
        "form_token": TOKEN,
        "action": "submit",
    }
    base = "/essai/budget/depenses"
    credit = {"amount": "40,00", "eligible": "", "reason": "Avoir", "form_token": TOKEN}
    return {
        "expense create": Button(f"{base}/nouvelle/", lambda: {**entered, "evidence": upload()}),
        "expense submit": Button(f"{base}/{draft.pk}/soumettre/"),
        "expense validate": Button(f"{base}/{waiting.pk}/valider/"),
        "expense return": Button(f"{base}/{returned.pk}/renvoyer/", lambda: {"reason": "Illisible"}),
        "expense pay": Button(f"{base}/{shared.pk}/payer/", lambda: {"paid_on": "2026-06-15"}),
        "expense credit": Button(f"{base}/{shared.pk}/avoir/", lambda: credit),
        "expense cancel": Button(f"{base}/{shared.pk}/annuler/", lambda: {"reason": "Doublon"}),
        "evidence add": Button(
            f"{base}/{draft.pk}/pieces/", lambda: {"evidence": upload("b.pdf"), "evidence_kind": "payment"}
        ),
        "amendment": Button("/essai/budget/plans/nouveau/", lambda: {"reason": "Avenant n° 1"}),
    }


def report_buttons(programme: Programme, director: User) -> dict[str, Button]:
    state = programme.funders.get(is_state=True)
    whole = {"starts_on": programme.starts_on, "ends_on": programme.ends_on}
    report = open_report(actor=None, programme=programme, funder=state, **whole)
    other = open_report(
        actor=None,
        programme=programme,
        funder=state,
        starts_on=programme.starts_on,
        ends_on=date(2025, 12, 31),
    )
    texts = {"signatory": "Ada Exemple"}
    save_report(actor=None, report=other, entry=ReportEntry(100_00, texts=texts))
    balance_report(actor=None, report=other)
    base = "/essai/budget/comptes-rendus/"
    asked = {"funder": state.pk, "period": "2026"}
    return {
        "report open": Button(base, lambda: asked),
        "report save": Button(f"{base}{report.pk}/", lambda: {"revision": "1", "granted": "10"}),
        "report draft": Button(f"{base}{report.pk}/document/"),
        "report final": Button(f"{base}{other.pk}/finaliser/"),
        "budget summary": Button("/essai/budget/synthese/", lambda: {"at": "2026-05-31"}),
    }


def import_buttons(programme: Programme, officer: User) -> dict[str, Button]:
    code = line_of(programme, 2).code
    rows = f"Ligne;Objet;Fournisseur;Date;Montant HT\n{code};Lot;Atelier;15/03/2026;{{}}\n"
    batch = receive_expense_file(
        actor=officer, programme=programme, name="a.csv", content=rows.format(12).encode()
    )
    stage_expenses(batch=batch)
    base = "/essai/budget/depenses/imports/"
    sent = rows.format(13).encode()
    return {
        "expense import": Button(base, lambda: {"file": SimpleUploadedFile("b.csv", sent)}),
        "expense import confirm": Button(f"{base}{batch.pk}/confirmer/"),
        "supplier add": Button("/essai/budget/fournisseurs/ajouter/", lambda: {"name": "Atelier"}),
    }


def time_buttons(programme: Programme, officer: User) -> dict[str, Button]:
    staff = line_of(programme, 4)
    sheet = create_time_sheet(
        actor=officer,
        line=staff,
        person="Ada Exemple",
        month=date(2026, 3, 1),
        entries=[TimeDraft("Animation", 100, 30_00)],
    )
    base = "/essai/budget/feuilles-de-temps/"
    entered = {
        "line": staff.pk,
        "person": "Lou Exemple",
        "month": "2026-03",
        "form_token": TOKEN,
        "temps-TOTAL_FORMS": "1",
        "temps-INITIAL_FORMS": "0",
        "temps-0-activity": "Animation",
        "temps-0-centihours": "7,5",
        "temps-0-hourly_cost_cents": "30",
    }
    terms = {
        "session_line": "",
        "half_day_cost_cents": "450",
        "diagnostic_line": line_of(programme, 2).pk,
        "diagnostic_day_cost_cents": "600",
        "diagnostic_centidays": "1,5",
    }
    return {
        "time sheet create": Button(f"{base}nouvelle/", lambda: entered),
        "time sheet edit": Button(f"{base}{sheet.pk}/", lambda: {**entered, "temps-0-centihours": "8"}),
        "time sheet document": Button(f"{base}{sheet.pk}/document/"),
        "draft terms": Button("/essai/budget/depenses/a-creer/reglages/", lambda: terms),
        "drafts": Button("/essai/budget/depenses/a-creer/", lambda: {"service": ["diagnostic-1"]}),
    }


def reader_buttons(programme: Programme) -> dict[str, Button]:
    state = programme.funders.get(is_state=True)
    member = invite_funder_member(
        actor=None, funder=state, email="luc@etat.example", first_name="Luc", last_name="Exemple"
    )
    invited = {"email": "eva@etat.example", "first_name": "Éva", "last_name": "Exemple"}
    return {
        "funder invite": Button(f"/essai/budget/financeurs/{state.pk}/", lambda: invited),
        "funder reader remove": Button(f"/essai/budget/lecteurs/{member.pk}/retirer/"),
    }


def aid_buttons(participation: Participation) -> dict[str, Button]:
    draft = AidDraft(
        source=AidSource.OTHER,
        label="Atelier",
        granted_on=date(2026, 3, 1),
        base=AidBase.DE_MINIMIS,
        cost_cents=500_00,
    )
    grant = grant_aid(actor=None, participation=participation, draft=draft)
    base = f"/essai/entreprises/{participation.pk}/aides/"
    entered = {
        "source": "other",
        "label": "Appui",
        "granted_on": "2026-03-02",
        "base": "de-minimis",
        "cost": "300",
        "form_token": TOKEN,
    }
    declared = {
        "signatory": "Ada Exemple",
        "declared_on": "2026-06-30",
        "form_token": TOKEN,
        "aides-TOTAL_FORMS": "0",
        "aides-INITIAL_FORMS": "0",
    }
    terms = {
        "diagnostic_cost_cents": "100",
        "diagnostic_price_cents": "0",
        "diagnostic_base": "de-minimis",
        "half_day_cost_cents": "10",
        "training_base": "de-minimis",
    }
    return {
        "aid terms": Button("/essai/budget/aides/conditions/", lambda: terms),
        "aid pending": Button("/essai/budget/aides/inscrire/"),
        "aid grant": Button(f"{base}inscrire/", lambda: entered),
        "aid declare": Button(f"{base}declarer/", lambda: declared),
        "aid profile": Button(base, lambda: {"size": "small", "year_ends_in": "12"}),
        "aid certificate": Button(f"/essai/budget/aides/{grant.pk}/attestation/"),
        "aid cancel": Button(f"/essai/budget/aides/{grant.pk}/annuler/", lambda: {"reason": "Erreur"}),
    }
