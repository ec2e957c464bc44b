#!/bin/sh
# Runs every program in benchmarks/, or those named: `make bench ONLY="turn search"`.
set -eu
for program in benchmarks/*.py; do
  name=$(basename "$program" .py)
  case $name in _* | '*') continue ;; esac
  case " ${ONLY:-$name} " in *" $name "*) ;; *) continue ;; esac
  echo "== $name"
  .venv/bin/python "$program"
done
