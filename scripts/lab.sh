#!/usr/bin/env bash
# The extension of JupyterLab: scripts/lab.sh build|check|test|format
# Needs Node.js and npm. Where they are missing, it is left out; with CI set, that is an error.
set -euo pipefail
cd "$(dirname "$0")/../jupyterlab_ext"

fail() { printf 'lab: %s\n' "$1" >&2; exit 1; }

task=${1:-}
case $task in
build | check | test | format) ;;
*) fail 'say what to do: build, check, test or format' ;;
esac

fits='const [a, b] = process.versions.node.split(".").map(Number);
      process.exit(a > 22 || (a === 22 && b >= 13) || (a === 20 && b >= 19) ? 0 : 1)'
if ! command -v npm >/dev/null 2>&1 || ! node -e "$fits"; then
    why='Node.js 20 (from 20.19) or 22 (from 22.13) and npm are missing'
    [ -z "${CI:-}" ] || fail "$why"
    printf 'lab: %s; the extension of JupyterLab is left out\n' "$why"
    exit 0
fi

installed=$(cat package.json .npmrc | sha256sum)
if [ "$(cat node_modules/.nbflow-stamp 2>/dev/null)" != "$installed" ]; then
    printf 'lab: installing the packages that it is built with, about a minute\n'
    npm install --no-package-lock --silent
    printf '%s\n' "$installed" > node_modules/.nbflow-stamp
fi

built='lib/.nbflow-stamp'
sources=$(find src style schema package.json tsconfig*.json -type f | LC_ALL=C sort | xargs sha256sum | sha256sum)
if [ "$task" = build ] && [ "$(cat "$built" 2>/dev/null)" = "$sources" ]; then
    exit 0
fi
if [ "$task" = check ]; then
    # Side by side: each has a processor of its own for most of it.
    npm run --silent check:types &
    npm run --silent check:style
    wait $!
    exit
fi
npm run --silent "$task"
[ "$task" != build ] || printf '%s\n' "$sources" > "$built"
