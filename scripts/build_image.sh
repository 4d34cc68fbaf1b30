#!/usr/bin/env bash
# Builds an image from this checkout: scripts/build_image.sh runtime|gpu|airflow [NAME]
# NBFLOW_BUILD is the command that builds; it is given the image's name and a folder:
#   NBFLOW_BUILD='docker build -t' scripts/build_image.sh runtime
#   NBFLOW_BUILD='podman build --build-arg BASE=… -t' scripts/build_image.sh gpu
set -euo pipefail
cd "$(dirname "$0")/.."

fail() { printf 'build_image: %s\n' "$1" >&2; exit 2; }

kind=${1:-}
[ -n "$kind" ] && [ -f "images/$kind/Dockerfile" ] ||
    fail "there is no image '$kind'; name one of: $(basename -a images/*/ | xargs)"
python=.venv/bin/python
[ -x "$python" ] || fail '.venv is missing; make it with: make setup'
# The same sources make the same bytes: all times in the wheel and the image are this one.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800}
read -ra build <<<"${NBFLOW_BUILD:-podman build --timestamp $SOURCE_DATE_EPOCH -t}"
command -v "${build[0]}" >/dev/null ||
    fail "${build[0]} is not installed; say what builds, such as NBFLOW_BUILD='docker build -t'"

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
name=${2:-localhost/nbflow-$kind:$version}
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp images/runtime/constraints.txt "images/$kind/Dockerfile" "$context"
[ "$kind" != airflow ] || cp images/airflow/constraints.txt "$context/airflow.txt"
NBFLOW_WITHOUT_LAB=1 "$python" -m pip wheel --quiet --no-deps --wheel-dir "$context" .
chmod -R u=rwX,go=rX "$context"
"${build[@]}" "$name" "$context"
