"""What the tests of companies share."""

from collections.abc import Callable

from companies.models import Participation

Make = Callable[..., Participation]
