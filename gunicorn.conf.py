"""How gunicorn serves the product, wherever it is started; what differs is said on its command line."""

import gc

# Loaded once and shared by every worker. What is loaded never dies: the collector need not look at it
# again, and collects less often than its default made for small scripts.
preload_app = True
timeout = 60
max_requests = 100_000
max_requests_jitter = 20_000


def post_fork(server: object, worker: object) -> None:
    """Take the application out of the collector's rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
