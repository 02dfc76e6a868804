"""The people of the demonstration who are not in a company: programme team, trainers, funders."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from accounts.services import ensure_user
from edec_ia.demonstration import names
from edec_ia.demonstration.randomness import source
from programme.enums import Role
from programme.models import Programme
from programme.services import grant_role

DOMAIN = "equipe-demonstration"
COMPANIES_PER_ADVISOR = 60
MAX_ADVISORS = 40


@dataclass(frozen=True)
class Team:
    """Who runs the fictional programme. The first of each list is who a visitor enters as."""

    director: User
    officers: Sequence[User]
    advisors: Sequence[User]
    trainers: Sequence[User]


def install_team(programme: Programme, *, seed: int, companies: int) -> Team:
    """Create the team and its roles; more advisors when there are more companies."""
    advisors = min(MAX_ADVISORS, max(4, companies // COMPANIES_PER_ADVISOR))
    return Team(
        director=member(programme, seed, Role.DIRECTOR, 0),
        officers=[member(programme, seed, Role.OFFICER, rank) for rank in range(2)],
        advisors=[member(programme, seed, Role.ADVISOR, rank) for rank in range(advisors)],
        trainers=[member(programme, seed, Role.TRAINER, rank) for rank in range(4)],
    )


def member(programme: Programme, seed: int, role: Role, rank: int) -> User:
    """Create one person with one role; she has no password and enters by one click or by code."""
    person = names.person(source(seed, "team", role.value, rank))
    email = names.email(person, DOMAIN)
    if User.objects.filter(email=email).exists():
        email = f"{rank + 1}.{email}"
    user = ensure_user(
        email=email,
        first_name=person.first_name,
        last_name=person.last_name,
    )
    grant_role(actor=None, user=user, programme=programme, role=role)
    return user
