"""What README, Makefile and the containers promise is there."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

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


def test_containers_run_the_commands_of_the_settings():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    services = compose["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    assert "--appendonly" in services["redis"]["command"]
    shared = services["web"]["environment"]
    assert set(shared) <= ENVIRONMENT
    example = re.findall(
        r"^#?([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(example) - {"POSTGRES_PASSWORD"} <= ENVIRONMENT


def test_the_image_does_not_run_as_root():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert "USER edec" in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)


@pytest.mark.parametrize("name", ["setup", "demo", "test", "test_services", "lint", "bench", "lock", "clean"])
def test_scripts_are_valid_bash(name):
    done = subprocess.run(["bash", "-n", ROOT / "scripts" / f"{name}.sh"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
