"""Brings the demonstration's database up to date: migrations, reference data, fictional programme.

One process for the three, so that a second start takes a second or two. Each step does nothing
when it is already done.
"""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def main() -> None:
    """Run the three steps."""
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("seed", verbosity=1)
    arguments = ["load_demo"]
    if companies := os.environ.get("EDEC_DEMO_COMPANIES"):
        arguments += ["--companies", companies]
    call_command(*arguments, verbosity=1)


if __name__ == "__main__":
    main()
