#!/usr/bin/env bash
# Makes .venv with nbflow, a private Airflow and the development tools; .venv-kale with Kale's wheel;
# .venv-jupyter with JupyterLab, which the browser tests open.
# Runs again only when pyproject.toml, a list of constraints or this file changed (see Makefile).
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'setup: %s\n' "$1" >&2; exit 1; }

# System packages: installed here as root, else named.
need_system() {  # need_system COMMAND PACKAGE...
    command -v "$1" >/dev/null 2>&1 && return 0
    local program=$1
    shift
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 ||
        fail "$program is missing; install the packages: $*"
    printf 'setup: installing %s\n' "$*"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null &&
            { command -v "$candidate"; return 0; }
    done
    return 1
}

need_system git git
need_system chromium chromium fonts-dejavu-core
python=$(find_python) || { need_system python3.11 python3.11 python3.11-venv; python=$(find_python); } ||
    fail 'Python 3.11, 3.12 or 3.13 is missing; install it or name it: make PYTHON=/path/to/python demo'
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    version=$("$python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
    need_system "no-such-command-$version-venv" "$version-venv"
fi

make_environment() {  # make_environment FOLDER REQUIREMENT...
    local folder=$1
    shift
    [ -x "$folder/bin/python" ] || "$python" -m venv "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check -c constraints.txt uv 2>/dev/null || true
    if [ -x "$folder/bin/uv" ] && VIRTUAL_ENV=$PWD/$folder "$folder/bin/uv" pip install --quiet "$@"; then
        return 0
    fi
    printf 'setup: uv did not manage, using pip (slower)\n'
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

printf 'setup: .venv (nbflow, Airflow, development tools): about 250 packages, one to five minutes\n'
make_environment .venv -c constraints.txt -e '.[airflow,cluster,examples,s3,dev]'
# torch, only as a build for the CPU: another brings gigabytes. Without it its tests are skipped.
if ! .venv/bin/python -c 'import torch' 2>/dev/null; then
    pip=(.venv/bin/python -m pip install --quiet --disable-pip-version-check)
    if "${pip[@]}" --dry-run --no-deps --report - torch==2.13.0 2>/dev/null | grep -q '"version": "[^"]*+cpu"'; then
        printf 'setup: torch for the CPU\n'
        "${pip[@]}" -c constraints.txt torch==2.13.0
    else
        printf 'setup: no build of torch for the CPU is offered here; its tests will be skipped\n'
    fi
fi
printf 'setup: .venv-kale (Kale, whose notebooks must run here unchanged): about 120 packages\n'
make_environment .venv-kale -c constraints-kale.txt kubeflow-kale
printf 'setup: .venv-jupyter (JupyterLab, Notebook and nbflow, as a user has them): about 110 packages\n'
make_environment .venv-jupyter -c constraints-jupyter.txt -e '.[html,widgets]' jupyterlab notebook jupyter-collaboration

printf 'setup: docs/reference\n'
.venv/bin/python scripts/generate_docs.py >/dev/null

stamp=$(cat pyproject.toml constraints*.txt scripts/setup.sh | sha256sum)
printf '%s\n' "$stamp" > .venv/.setup-stamp
printf 'setup: done\n'
