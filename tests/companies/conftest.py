"""Companies of tests, made by the real services."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from companies import services
from companies.models import Participation
from programme.models import Programme
from tests.companies.samples import make_siren, make_siret

Make = Callable[..., Participation]


@pytest.fixture
def enter(programme: Programme, officer: User) -> Make:
    """Enter a company by its rank; any fact may be changed."""

    def make(rank: int = 1, **changes: Any) -> Participation:
        facts = {
            "actor": officer,
            "programme": programme,
            "siret": make_siret(make_siren(rank)),
            "name": f"Tissages imaginés {rank}",
            "postal_code": "59200",
            "city": "Tourcoing",
            "activity_code": "13.20Z",
            "workforce_band": "12",
        }
        return services.create_participation(**{**facts, **changes})

    return make
