"""What is inside the package that users install, and the files around it."""

import subprocess
import sys
import zipfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent


def test_the_wheel_holds_configuration_seeds_templates_and_migrations(tmp_path: Path):
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ROOT], check=True)
    (wheel,) = tmp_path.glob("claimwatch-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "pipeline/cli.py", "flows/replay.py", "pipeline/store/migrations/versions/0001_initial.py", "pipeline/report/templates/report.html",
        "pipeline/shipped_data/config/watches.toml", "pipeline/shipped_data/config/language/en/families.toml",
        "pipeline/shipped_data/seeds/syria-withdrawal/001.txt", "pipeline/shipped_data/seeds/syria-withdrawal/config/watches.toml",
    ):
        assert name in inside, name
    assert not any(name.startswith(("config/", "seeds/", "tests/")) for name in inside)


def test_the_compose_file_is_careful():
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name, service in compose["services"].items():
        assert "image" in service or "build" in service
        assert not str(service.get("image", "")).endswith(("latest", "-latest")), name
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name
        assert not any("PASSWORD" in key and not key.endswith("_FILE") for key in service.get("environment", {})), name


def test_ci_calls_make_test():
    script = (ROOT / ".ci" / "run").read_text()
    assert "\nmake test\n" in script
