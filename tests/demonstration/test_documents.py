"""What README, Makefile and the containers promise is there."""

import json
import re
import subprocess
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "edec_ia/settings").glob("*.py"))
ENVIRONMENT = set(re.findall(r"""env(?:\.\w+)?\(\s*["']([A-Z0-9_]+)["']""", SETTINGS))


def test_every_setting_is_in_the_readme():
    assert {"DATABASE_URL", "CELERY_BROKER_URL", "SECRET_KEY", "S3_BUCKET"} <= ENVIRONMENT
    assert {name for name in ENVIRONMENT if f"`{name}`" not in README} == set()


def test_every_make_target_is_explained_and_has_its_script():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE)) - {"help"}
    assert {"setup", "demo", "test", "test-services", "lint", "bench", "lock", "clean"} == targets
    assert {target for target in targets if f"`make {target}" not in README} == set()
    scripts = re.findall(r"@(scripts/\S+\.sh)", makefile)
    assert [name for name in scripts if not (ROOT / name).stat().st_mode & 0o100] == []


def test_links_of_the_readme_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
# Read by the containers' own commands rather than by the settings.
CONTAINERS_ONLY = {"POSTGRES_PASSWORD", "PORT"}


def test_containers_give_the_settings_what_they_read():
    assert set(COMPOSE["services"]) == {*OURS, "postgres", "redis"}
    assert set(OURS) == {"migrate", "web", "worker", "beat"}
    for service in OURS.values():
        assert service["env_file"] == ".env"
        assert set(service["environment"]) <= ENVIRONMENT | CONTAINERS_ONLY
    example = set(re.findall(r"^#?([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))
    assert example <= ENVIRONMENT | CONTAINERS_ONLY
    asked = set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE_TEXT))
    assert asked <= example
    assert {name for name in asked if f"`{name}`" not in README} == set()
    # What production refuses to start without must be filled in the model.
    required = {"SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL", "POSTGRES_PASSWORD"}
    assert required <= set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


def test_containers_run_commands_that_exist_in_the_right_order():
    known = get_commands()
    steps = re.findall(r"python manage\.py (\w+)", " ".join(OURS["migrate"]["command"]))
    assert steps == ["migrate", "seed"]
    assert set(steps) <= set(known)
    assert [OURS[name]["command"][4] for name in ("worker", "beat")] == ["worker", "beat"]
    for name in ("worker", "beat"):
        command = OURS[name]["command"]
        assert command[:4] == ["celery", "--quiet", "--app", "edec_ia"]
        assert import_module(command[3]).celery_app.main == "edec_ia"
    assert "command" not in OURS["web"]
    served = json.loads(re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)[-1])
    assert served[:2] == ["gunicorn", "edec_ia.wsgi:application"]
    assert served[served.index("--bind") + 1] == f"0.0.0.0:{OURS['web']['environment']['PORT']}"
    for name in ("web", "worker", "beat"):
        needs = {each: what["condition"] for each, what in OURS[name]["depends_on"].items()}
        assert needs == {"migrate": "service_completed_successfully", "redis": "service_healthy"}
    assert OURS["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert OURS["migrate"]["restart"] == "no"


def test_containers_keep_their_data_and_tell_their_health():
    for name, service in COMPOSE["services"].items():
        named = {volume.partition(":")[0] for volume in service["volumes"]}
        assert named <= set(COMPOSE["volumes"])
        if name not in {"migrate", "worker", "beat", "web"}:
            assert service["healthcheck"]["test"]
    # A server that only initialises its data answers on its socket, not by TCP.
    assert "--host" in COMPOSE["services"]["postgres"]["healthcheck"]["test"]
    assert "--appendonly" in COMPOSE["services"]["redis"]["command"]
    assert {service["volumes"][0] for service in OURS.values()} == {"data:/data"}
    assert "EDEC_DATA_DIR=/data" in DOCKERFILE
    assert "healthcheck" not in OURS["web"]
    assert re.search(
        r'^HEALTHCHECK .*\n    CMD \["python", "scripts/healthcheck.py"\]$', DOCKERFILE, re.MULTILINE
    )


def test_the_image_does_not_run_as_root_and_holds_its_static_files():
    lines = DOCKERFILE.splitlines()
    user = lines.index("USER edec")
    collected = next(rank for rank, line in enumerate(lines) if "manage.py collectstatic" in line)
    assert collected < user < next(rank for rank, line in enumerate(lines) if line.startswith("CMD"))
    assert [line for line in lines[user:] if line.startswith("USER")] == ["USER edec"]
    assert "DJANGO_SETTINGS_MODULE=edec_ia.settings.prod" in DOCKERFILE
    assert "install -d -o edec -g edec /data" in DOCKERFILE


@pytest.mark.parametrize("name", ["setup", "demo", "test", "test_services", "lint", "bench", "lock", "clean"])
def test_scripts_are_valid_bash(name):
    done = subprocess.run(["bash", "-n", ROOT / "scripts" / f"{name}.sh"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
