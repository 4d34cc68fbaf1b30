"""Settings files: found, layered, checked, and free of secrets."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from nbflow.errors import SettingsError
from nbflow.model import Amount, Gpu, Quantity
from nbflow.settings import Account, Egress, Port, Retention, load_settings, settings_schema

FULL = """\
store: s3://ml-runs
target: {kind: folder, path: dags}
airflow:
  url: https://airflow.example.com
  token_env: AIRFLOW_TOKEN
  service_account: airflow/worker
backend: papermill
defaults: {retries: 4, retry_delay: 1m, timeout: 1h30m, profile: gpu-small, owner: ada}
retention: {versions: 3, older_than: 2d, artifacts_older_than: 12h}
profiles:
  highmem: {cpu: 16, memory: 256Gi, disk: 500Gi, node_selector: {pool: highmem}}
  gpu-small:
    cpu: 0.5
    memory: 64Gi
    gpu: {count: 1, product: NVIDIA-L4}
    shm: 16Gi
    tolerations: [{key: nvidia.com/gpu, operator: Exists, effect: NoSchedule}]
    image: registry/ds-gpu@sha256:0123
    env: {OMP_NUM_THREADS: "4"}
  counted: {gpu: 2}
teams:
  churn:
    namespace: ds-churn
    service_account: churn-runner
    profiles: [small, gpu-small]
    images: ["registry/*"]
    quota: {requests.cpu: 64, requests.nvidia.com/gpu: 4}
    egress:
    - {cidr: 10.0.0.0/8, ports: [443, 53/UDP, 443]}
    - {cidr: 10.0.0.0/8, ports: [443/TCP, 53/UDP]}
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "nbflow.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> SettingsError:
    write(folder, text)
    with pytest.raises(SettingsError) as caught:
        load_settings(folder, environ={})
    return caught.value


def test_without_a_file_everything_is_built_in(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, environ={})
    assert settings.root == tmp_path
    assert settings.files == ()
    assert settings.airflow.embedded
    assert settings.store_address == f"{tmp_path}/.nbflow/store"
    assert settings.target_folder == tmp_path / ".nbflow/dags"
    assert sorted(settings.profiles) == ["default", "gpu", "highmem", "small"]
    assert settings.profiles["gpu"].gpu == Gpu(1)
    assert settings.default_profile in settings.profiles
    assert settings.defaults.retries == 2


def test_without_a_file_nothing_slow_is_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from nbflow.settings import load_settings\n"
        f"load_settings(Path({str(tmp_path)!r}), environ={{}})\n"
        "print(sorted({'pydantic', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_file_is_found_upward_and_its_folder_is_the_root(tmp_path: Path) -> None:
    write(tmp_path, "store: data/store\n")
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    settings = load_settings(deep, environ={})
    assert settings.root == tmp_path
    assert settings.store_address == f"{tmp_path}/data/store"


def test_without_a_file_the_folder_of_earlier_work_is_the_root(tmp_path: Path) -> None:
    (tmp_path / ".nbflow").mkdir()
    deep = tmp_path / "a"
    deep.mkdir()
    assert load_settings(deep, environ={}).root == tmp_path


def test_every_section_is_read(tmp_path: Path) -> None:
    write(tmp_path, FULL)
    settings = load_settings(tmp_path, environ={})
    assert settings.store_address == "s3://ml-runs"
    assert settings.target_folder == tmp_path / "dags"
    assert settings.airflow.url == "https://airflow.example.com"
    assert settings.airflow.token_env == "AIRFLOW_TOKEN"
    assert settings.airflow.service_account == Account("airflow", "worker")
    assert settings.defaults.retry_delay == timedelta(minutes=1)
    assert settings.defaults.timeout == timedelta(minutes=90)
    assert settings.retention == Retention(3, 10, timedelta(days=2), timedelta(hours=12))
    assert settings.default_profile == "gpu-small"
    profile = settings.profiles["gpu-small"]
    assert profile.cpu == Amount.of(Quantity("0.5"))
    assert profile.gpu == Gpu(1, product="NVIDIA-L4")
    assert profile.shm == Quantity("16Gi")
    assert profile.tolerations == (
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
    )
    assert settings.profiles["counted"].gpu == Gpu(2)
    assert settings.profiles["small"].cpu == Amount.of(Quantity("1"))
    team = settings.teams["churn"]
    assert team.profiles == ("small", "gpu-small")
    assert team.quota["requests.cpu"] == Quantity("64")
    assert team.egress == (Egress("10.0.0.0/8", (Port(53, "UDP"), Port(443))),)


def test_the_project_has_the_last_word_over_the_site(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(
        "store: s3://site\ndefaults: {retries: 7, owner: ops}\n"
        "profiles: {tiny: {cpu: 100m}, small: {cpu: 3}}\nairflow: {url: 'https://a', user: u}\n"
    )
    project = tmp_path / "project"
    project.mkdir()
    file = write(
        project,
        "store: s3://project\ndefaults: {retries: 1}\nprofiles: {small: {memory: 1Gi}}\n"
        "airflow: {token_env: T}\n",
    )
    settings = load_settings(project, environ={"NBFLOW_CONFIG": str(site)})
    assert settings.files == (site, file)
    assert settings.store == "s3://project"
    assert (settings.defaults.retries, settings.defaults.owner) == (1, "ops")
    assert settings.profiles["tiny"].cpu == Amount.of(Quantity("100m"))
    assert settings.profiles["small"].cpu is None
    assert settings.profiles["small"].memory == Amount.of(Quantity("1Gi"))
    assert (settings.airflow.url, settings.airflow.token_env) == ("https://a", "T")


def test_a_site_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="NBFLOW_CONFIG"):
        load_settings(tmp_path, environ={"NBFLOW_CONFIG": str(tmp_path / "none.yaml")})


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("store: x\nstroe: y\n", 2, "unknown key 'stroe'", "did you mean 'store'?"),
        ("profiles:\n  a:\n    memry: 1Gi\n", 3, "unknown key 'profiles.a.memry'", "'memory'"),
        ("profiles:\n  gpu:\n    gpu: {count: 1, prodct: x}\n", 3, "prodct", "'product'"),
        ("profiles:\n  a:\n    tolerations:\n    - {kye: x}\n", 4, "kye", "'key'"),
        ("airflow:\n  tokn_env: A\n", 2, "airflow.tokn_env", "'token_env'"),
        ("target: {kind: folder, pth: x}\n", 1, "target.pth", "'path'"),
        ("teams:\n  a: {namspace: x}\n", 2, "teams.a.namspace", "'namespace'"),
    ],
)
def test_an_unknown_key_is_an_error_with_place_and_nearest_key(
    tmp_path: Path, text: str, line: int, message: str, hint: str
) -> None:
    error = refused(tmp_path, text)
    assert f"nbflow.yaml:{line}:" in error.message
    assert message in error.message
    assert hint in str(error.hint)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("profiles:\n  a:\n    memory: 12XB\n", 3, "profiles.a.memory"),
        ("profiles:\n  a:\n    cpu: true\n", 3, "profiles.a.cpu"),
        ("profiles:\n  a:\n    gpu: many\n", 3, "profiles.a.gpu"),
        ("profiles:\n  a:\n    gpu: {resource: x}\n", 3, "count is missing"),
        ("defaults:\n  retries: -1\n", 2, "defaults.retries"),
        ("defaults:\n  retries: '3'\n", 2, "defaults.retries"),
        ("defaults:\n  timeout: soon\n", 2, "not a duration"),
        ("defaults:\n  profile: nope\n", 2, "no profile 'nope'"),
        ("teams:\n  a:\n    profiles: [nope]\n", 3, "no profile 'nope'"),
        ("store: [1]\n", 1, "store"),
        ("airflow:\n  url: airflow.example.com\n", 2, "airflow.url"),
        ("- a\n", 1, "not a mapping"),
        ("a: [}\n", 1, "not YAML"),
        ("store: a\nbackend: b\nstore: c\n", 3, "'store' is said twice, first in line 1"),
    ],
)
def test_a_value_that_is_not_understood_is_an_error_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    error = refused(tmp_path, text)
    assert f"nbflow.yaml:{line}:" in error.message
    assert message in error.message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("airflow:\n  token: hunter2\n", 2),
        ("airflow:\n  password: hunter2\n", 2),
        ("airflow:\n  url: https://ada:hunter2@airflow.example.com\n", 2),
        ("store: s3://key:hunter2@bucket\n", 1),
        ("target:\n  kind: git\n  url: https://ada:hunter2@git/x\n", 3),
        ("profiles:\n  a:\n    env:\n      AWS_SECRET_ACCESS_KEY: hunter2\n", 4),
        ("profiles:\n  a:\n    env:\n      X: ghp_hunter2hunter2hunter2hunter2hunter2\n", 4),
    ],
)
def test_a_secret_is_refused_and_not_repeated(tmp_path: Path, text: str, line: int) -> None:
    error = refused(tmp_path, text)
    assert f"nbflow.yaml:{line}:" in error.message
    assert "hunter2" not in f"{error.message} {error.hint}"
    assert "_env: NAME" in str(error.hint) or "secret:NAME:KEY:ENV" in str(error.hint)


def test_what_only_sounds_like_a_secret_is_no_secret(tmp_path: Path) -> None:
    write(
        tmp_path,
        "airflow: {token_env: AIRFLOW_TOKEN}\ntarget: {kind: git, url: 'ssh://git@host/x'}\n"
        "profiles: {a: {env: {TOKENIZERS_PARALLELISM: 'false', PASSWORD_FILE: /run/x}}}\n",
    )
    settings = load_settings(tmp_path, environ={})
    assert settings.profiles["a"].env["TOKENIZERS_PARALLELISM"] == "false"
    assert settings.target.options == {"url": "ssh://git@host/x"}


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, "# nothing yet\n")
    settings = load_settings(tmp_path, environ={})
    assert settings.files == (file,)
    assert settings.store == ".nbflow/store"


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "nbflow.yaml").write_bytes(b"\xef\xbb\xbfstore: data\r\n")
    assert load_settings(tmp_path, environ={}).store == "data"


def test_a_store_given_as_file_url_is_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "store: file:///data/runs/\n")
    assert load_settings(tmp_path, environ={}).store_address == "/data/runs"


def test_the_schema_knows_every_key_and_describes_it() -> None:
    schema = settings_schema()
    assert set(schema["properties"]) == {
        "airflow",
        "backend",
        "channels",
        "checks",
        "cluster",
        "defaults",
        "profiles",
        "retention",
        "store",
        "target",
        "teams",
    }
    for section in (
        "ProfileSection",
        "TeamSection",
        "EgressSection",
        "AirflowSection",
        "DefaultsSection",
        "ChecksSection",
    ):
        for name, described in schema["$defs"][section]["properties"].items():
            assert described.get("description"), (section, name)


def test_the_check_of_inputs_is_on_unless_it_is_turned_off(tmp_path: Path) -> None:
    file = write(tmp_path, "checks: {in_place: off}\n")
    assert not load_settings(tmp_path, environ={}).check_in_place
    file.write_text("checks: {}\n")
    assert load_settings(tmp_path, environ={}).check_in_place
    file.write_text("checks: {inplace: off}\n")
    with pytest.raises(SettingsError, match=r"unknown key 'checks\.inplace'"):
        load_settings(tmp_path, environ={})
