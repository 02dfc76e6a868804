# One image for web, worker and scheduler: the command chooses.
FROM python:3.11-slim-bookworm AS dependencies

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY scripts/requirements-uv.txt requirements.txt /tmp/
RUN python -m venv /opt/venv \
    && pip install --quiet --require-hashes -r /tmp/requirements-uv.txt \
    && uv pip install --quiet --python /opt/venv/bin/python --no-cache --require-hashes -r /tmp/requirements.txt

FROM python:3.11-slim-bookworm

RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-inter \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home --shell /usr/sbin/nologin edec \
    && install -d -o edec -g edec /data

COPY --from=dependencies /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=edec_ia.settings.prod \
    EDEC_DATA_DIR=/data \
    STATIC_ROOT=/app/staticfiles

WORKDIR /app
COPY . .
# Settings refuse a weak secret or a missing address: these live only as long as the build step.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    ALLOWED_HOSTS=localhost SITE_URL=https://localhost EMAIL_URL=consolemail:// EDEC_DATA_DIR=/tmp/build \
    python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build

USER edec
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
    CMD ["python", "scripts/healthcheck.py"]
# Heartbeats of the workers in memory: a slow disk must not make the master believe that they hang.
CMD ["gunicorn", "edec_ia.wsgi:application", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-tmp-dir", "/dev/shm", "--access-logfile", "-"]
