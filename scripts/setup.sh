#!/bin/sh
# setup.sh runtime|dev: brings .venv to what the lock file says. Does nothing, fast, when it is there already.
set -eu
level=$1
stamp=.venv/.installed

# One setup at a time: two makes started together would write into the same folder.
if command -v flock >/dev/null; then
  exec 9>.venv.lock
  flock 9
fi

# A language model is asked only where one is set: its libraries are brought when that is so.
if [ "$level" = runtime ] && { [ -n "${OPENAI_BASE_URL:-}" ] || env | grep -q '^XIAOER_LLM_' || grep -qs '^XIAOER_LLM_' .env; }; then
  level=llm
fi
# An environment with the tests' tools, or a model's, keeps them: `make run` must not take them away.
if [ "$level" = runtime ] && grep -q '^llm ' "$stamp" 2>/dev/null; then level=llm; fi
if grep -q '^dev ' "$stamp" 2>/dev/null; then level=dev; fi
wanted="$level $(cat "requirements/$level.lock" requirements/uv.txt pyproject.toml "$0" | cksum)"
# A checkout that was moved or copied has programs in .venv that name the old place.
made_here() { [ -x .venv/bin/python ] && grep -qsF "$PWD/.venv/" .venv/bin/pip; }
if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ] && made_here; then exit; fi

python=$(sh scripts/find-python.sh)
echo "安装依赖到 .venv / installing into .venv ($level) ..."
made_here || "$python" -m venv --clear .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

# uv does not read pip's settings: without this, whoever uses a mirror would wait for the far end of the world.
index=${PIP_INDEX_URL:-$(.venv/bin/python -m pip config get global.index-url 2>/dev/null || true)}
if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"; fi

uv() { .venv/bin/uv --quiet "$@" --python .venv/bin/python; }
sync() { uv pip sync "$@" --require-hashes "requirements/$level.lock"; }
# The second try is for offices whose proxy signs with a certificate that only the system knows.
sync 2>/dev/null || sync --system-certs
# The build tool stands in the lock file too, so nothing is fetched here that has no hash.
uv pip install --offline --no-deps --no-build-isolation --editable .
echo "$wanted" >"$stamp"
