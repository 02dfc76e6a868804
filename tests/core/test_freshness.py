"""What is kept for a person never outlives her own last move."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from core.freshness import kept_for, wrote


@pytest.fixture
def shared_cache(settings: Any) -> None:
    settings.CACHE_URL = "redis://shared"


def test_without_a_shared_cache_nothing_is_kept(settings: Any) -> None:
    settings.CACHE_URL = ""
    values: Iterator[int] = iter(range(9))
    assert [kept_for(1, "n", 30, lambda: next(values)) for _ in range(3)] == [0, 1, 2]


@pytest.mark.usefixtures("shared_cache")
def test_what_is_kept_is_dropped_by_the_persons_own_write() -> None:
    cache.clear()
    values: Iterator[int] = iter(range(9))

    def read(person: int) -> int:
        return kept_for(person, "n", 30, lambda: next(values))

    assert [read(1), read(1), read(2)] == [0, 0, 1]
    wrote(1)
    assert [read(1), read(1), read(2)] == [2, 2, 1]
    wrote(2)
    assert [read(1), read(2)] == [2, 3]


@pytest.mark.django_db
def test_a_cache_that_is_away_stops_no_page(settings: Any, client: Any) -> None:
    backend = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1},
    }
    settings.CACHES = {"default": backend}
    settings.CACHE_URL = backend["LOCATION"]
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    cache.set("a", 1)
    assert cache.get("a") is None
    assert kept_for(1, "n", 30, lambda: "made") == "made"
    client.session["here"] = True
    assert client.get("/").status_code in (200, 302)
