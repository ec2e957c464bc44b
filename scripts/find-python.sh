#!/bin/sh
# Prints the name of a Python that can make the environment, or says in one line what to do. PYTHON=... names it.
set -eu
for python in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
  if "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$python"
    exit
  fi
done
echo "需要 Python 3.11 以上及其 venv 模块 / Python 3.11 or newer with venv is needed: Debian, Ubuntu \`apt install python3 python3-venv\`; macOS \`brew install python\`; or make PYTHON=/path/to/python3" >&2
exit 1
