"""Settings of the measurements: the product as served, plus the floor page that gives the scale."""

from edec_ia.settings.dev import *  # noqa: F403 -- settings modules extend one another by design

ROOT_URLCONF = "tests.bench.urls"
DEBUG = False
EDEC_DEMO = True
