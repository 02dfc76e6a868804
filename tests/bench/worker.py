"""One job in a process that holds what a worker holds, and no more: ``python -m tests.bench.worker JOB``.

Prints its peak of memory, in megabytes. The figures of a document were frozen by who asked for it, in
another process.
"""

import resource
import sys
from uuid import UUID

import django

django.setup()

from core import jobs  # noqa: E402 -- after setup
from edec_ia.celery import app  # noqa: E402

if __name__ == "__main__":
    app.loader.import_default_modules()
    jobs.run(UUID(sys.argv[1]), heartbeat=False)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
