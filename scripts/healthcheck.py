"""Container health check: asks ``/sante/`` the way the public host name would.

Exit code 0 when the application can serve pages (also « dégradé », broker away), 1 otherwise.
"""

import os
import sys
import urllib.request


def main() -> int:
    """Return 0 when pages can be served."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".") or "localhost"
    port = int(os.environ.get("PORT", "8000"))
    request = urllib.request.Request(f"http://127.0.0.1:{port}/sante/", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=4) as response:  # noqa: S310  # our own address
            return 0 if response.status == 200 else 1
    except OSError:
        return 1


if __name__ == "__main__":
    sys.exit(main())
