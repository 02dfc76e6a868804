"""Memory and time of a claim's pack: ``python -m tests.bench.claim_pack 200 2000``.

Each number of vouchers runs in a process of its own, on a database and files of its own: rows and files
are written first, in bulk, then the job runs and the growth of the process's memory is read.
"""

import hashlib
import os
import resource
import subprocess
import sys
import time
from typing import Any

PIECE_BYTES = 250 * 1024


def peak_mb() -> float:
    """Greatest memory of this process so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(vouchers: int) -> str:
    """One line of the table."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edec_ia.settings.test")
    import django

    django.setup()
    from django.test.utils import setup_databases

    setup_databases(verbosity=0, interactive=False)
    from core import jobs
    from funding.services.claim_packs import request_pack

    claim = prepared_claim(vouchers)
    before = peak_mb()
    started = time.perf_counter()
    job = request_pack(actor=None, claim=claim)
    jobs.drain()
    seconds = time.perf_counter() - started
    job.refresh_from_db()
    claim.refresh_from_db()
    if claim.pack is None:
        raise SystemExit(job.error)
    size = claim.pack.size / 2**20
    return f"| {vouchers} | {size:.0f} | {before:.0f} | {peak_mb():.0f} | {seconds:.1f} |"


def prepared_claim(vouchers: int) -> Any:
    """A claim of that many paid expenses, each with a piece of its own."""
    from datetime import date

    from core.files import store_bytes
    from funding import services
    from funding.enums import ClaimKind, EvidenceKind
    from funding.models import Evidence, Expense, Share
    from programme.models import Region
    from programme.official import AXES, TOTAL_CENTS
    from programme.services import create_programme
    from tests.funding.factories import make_plan

    programme = create_programme(
        actor=None,
        slug="mesure",
        name="Mesure",
        short_name="Mesure",
        region=Region.objects.create(code="32", name="Hauts-de-France"),
        starts_on=date(2025, 7, 1),
        ends_on=date(2027, 6, 30),
        total_cents=TOTAL_CENTS,
        axes=AXES,
        is_demonstration=True,
    )
    make_plan(programme)
    funder = programme.funders.first()
    lines = list(programme.budget_lines.order_by("code"))
    for number in range(1, vouchers + 1):
        line = lines[number % len(lines)]
        expense = Expense.objects.create(
            programme=programme,
            number=number,
            line=line,
            label=f"Dépense {number}",
            supplier=f"Fournisseur {number % 37}",
            spent_on=date(2026, 3, 15),
            amount_cents=10_00,
            eligible_cents=10_00,
            status="paid",
            validated_at="2026-03-20T10:00:00Z",
            paid_on=date(2026, 4, 30),
        )
        Share.objects.create(expense=expense, funder=funder, line=line, amount_cents=10_00)
        seed = hashlib.sha256(str(number).encode()).digest()
        content = b"%PDF-1.7\n" + seed * (PIECE_BYTES // len(seed))
        piece = store_bytes(
            content, name="facture.pdf", content_type="application/pdf", programme_id=programme.pk
        )
        Evidence.objects.create(expense=expense, file=piece, kind=EvidenceKind.INVOICE)
    return services.prepare_claim(actor=None, funder=funder, kind=ClaimKind.INTERIM)


def main() -> None:
    """One process per number of vouchers, so that one peak says nothing of another."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        print(measure(int(sys.argv[2])))
        return
    print("| pièces | dossier (Mo) | mémoire avant (Mo) | pointe (Mo) | secondes |\n|---|---|---|---|---|")
    for vouchers in sys.argv[1:] or ["200", "2000"]:
        subprocess.run([sys.executable, "-m", "tests.bench.claim_pack", "--one", vouchers], check=True)


if __name__ == "__main__":
    main()
