"""What tests of pages share: the plan in force, its first funder, the day."""

import pytest
import time_machine

from tests.funding.factories import make_plan


@pytest.fixture
def june():
    """The day of tests, on a clock that runs."""
    with time_machine.travel("2026-06-30 10:00:00+02:00", tick=True):
        yield


@pytest.fixture
def planned(programme):
    """The programme with its plan in force."""
    make_plan(programme)
    return programme


@pytest.fixture
def state(planned):
    """The first of its funders."""
    return planned.funders.get(is_state=True)
