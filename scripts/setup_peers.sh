#!/usr/bin/env bash
# Makes .venv-peers with what the benchmarks measure nbflow against; `make bench` alone needs it.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=(papermill ploomber-engine nbclient dill ipykernel numpy pandas pyarrow)
printf 'setup: .venv-peers (%s): half a minute\n' "${peers[*]}"
[ -x .venv-peers/bin/python ] || .venv/bin/python -m venv .venv-peers
if ! { [ -x .venv/bin/uv ] && .venv/bin/uv pip install --quiet --python .venv-peers/bin/python \
    -c constraints-peers.txt "${peers[@]}"; }; then
    printf 'setup: uv did not manage, using pip (slower)\n'
    .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check \
        -c constraints-peers.txt "${peers[@]}"
fi
touch .venv-peers/.setup-stamp
