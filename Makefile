# `make` lists what there is. Nothing is needed beforehand but Python 3.11 and make; everything goes into .venv.

# `=`, not `?=`: some shells export HOST, and nobody should be served to the network by accident.
HOST = 127.0.0.1
PORT ?= 8000
WORKERS ?= 3
bin := .venv/bin
# Some machines keep Python from storing what it compiles: every program would be compiled anew at each start.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
CALLS ?= 1000000
KILLS ?= 200
CLIENTS ?= 50
.PHONY: run test check style types compiled tested adversary reliability bench format clean help setup setup-dev lock

run: setup ## 启动演示店铺 / start with the demo shop  [PORT=8000] [HOST=127.0.0.1]
	@exec $(bin)/xiaoer serve --demo --host $(HOST) --port $(PORT)

test: setup-dev ## 检查并测试 / check, then run every test  [ARGS="-k refund"] [WORKERS=3]
	@sh scripts/chromium.sh
	@$(MAKE) --no-print-directory -j 3 style types tested

check: types style ## 风格、类型、分层 / style, types, layers

style: setup-dev
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/lint-imports --no-logo

types: setup-dev
	$(bin)/mypy

tested: compiled
	$(bin)/pytest -n $(WORKERS) $(ARGS)

# Once: each of the tests' workers would compile a fresh checkout for itself.
compiled: setup-dev
	@said=$$($(bin)/pytest --collect-only -qq -n 0 $(ARGS) 2>&1) || { echo "$$said"; exit 1; }

adversary: setup-dev ## 换成恶意模型，看世界有没有受损 / a hostile model, judged by the world  [CALLS=1000000]
	$(bin)/python -m tests.adversary.program --calls $(CALLS)

reliability: setup-dev ## 断电、强杀、重复投递的长测 / long runs: kills, lost power, duplicates  [KILLS=200] [CLIENTS=50]
	$(bin)/python -m tests.reliability.program --kills $(KILLS) --clients $(CLIENTS)

bench: setup-dev ## 测速与评测 / run the benchmarks  [ONLY="name ..."]
	@sh scripts/bench.sh

format: setup-dev ## 自动整理代码 / put the code in order
	$(bin)/ruff check --fix-only --exit-zero .
	$(bin)/ruff format .

clean: ## 删除安装与缓存（不删店铺数据）/ remove .venv and caches, never a shop's data
	rm -rf .venv .venv.lock build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .schemathesis
	find src tests -name __pycache__ -prune -exec rm -rf {} +

help: ## 本页 / this page
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup:
	@sh scripts/setup.sh runtime

setup-dev:
	@sh scripts/setup.sh dev

lock: setup-dev # writes requirements/ anew after a change in pyproject.toml  [UPGRADE=1]
	@sh scripts/lock.sh
