#!/bin/sh
# Writes requirements/*.{txt,lock} anew from pyproject.toml: exact versions and hashes, no download addresses.
# `make lock` keeps what is locked where it can; `make lock UPGRADE=1` takes the newest.
set -eu
uv=.venv/bin/uv
compile() {
  out=$1
  shift
  # Settings of this machine (a mirror, a folder of wheels) must not shape what others install.
  env -u UV_FIND_LINKS -u UV_EXTRA_INDEX_URL -u UV_INDEX "$uv" pip compile -q --no-config "$@" \
    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "make lock" ${UPGRADE:+--upgrade} -o "$out"
}
compile requirements/runtime.lock pyproject.toml --group build
compile requirements/llm.lock pyproject.toml --extra llm --group build -c requirements/runtime.lock
compile requirements/dev.lock pyproject.toml --extra llm --group build --group dev -c requirements/runtime.lock
printf 'uv\n' | compile requirements/uv.txt -
