# Two commands do everything: `make run` and `make test`. See README.md.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STORY ?= syria-withdrawal
OUT ?= out/$(STORY)
SIZES ?= 10000,100000
# Where `make bench` keeps filled databases for the next time (3.5 GB for a million claims).
FILLED ?= .bench

.PHONY: run test smoke check fix eval ablation quality bench soak up clean lock setup schedule secrets

setup: $(STAMP)

# --no-deps: the lock is complete, and pip 23 stumbles over extras in hash mode.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Claimwatch needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) (once, a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

# The main job on the shipped story, through the Prefect flow, into an embedded database; then the report.
run: setup
	@DO_NOT_TRACK=1 $(BIN)/claimwatch replay seeds/$(STORY) --out $(OUT) --flow
	@echo "Every change with both sentences: $(BIN)/claimwatch report --database $(OUT)/claimwatch.db --config seeds/$(STORY)/config"
	@if [ -n "$$DISPLAY" ] && [ -t 1 ] && command -v xdg-open >/dev/null; then xdg-open $(OUT)/report.html >/dev/null 2>&1 & fi

test: setup check
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

check: setup
	$(BIN)/ruff check pipeline flows tests
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: setup
	$(BIN)/ruff check --fix pipeline flows tests

eval: setup
	$(BIN)/claimwatch eval

# The container set-up without containers: the same commands and environment with a real server, worker and database (minutes).
smoke: setup
	$(BIN)/python -m pytest tests/test_smoke.py tests/test_smoke_small.py

# What each part of the rules is worth: the tuned stories with one part taken out at a time (some ten minutes).
ablation: setup
	$(BIN)/python -m tests.ablation

# Measures on labelled data of others, which stays out of the repository: make quality DATA=DIR
quality: setup
	@if [ -z "$(DATA)" ] || [ ! -d "$(DATA)" ]; then echo "not measured: give the folder of the data sets, make quality DATA=DIR"; else $(BIN)/python -m tests.quality "$(DATA)"; fi

# Ratios in one run: the pipeline against the bare parse, look-ups against rapidfuzz. More: make bench SIZES=10000,100000,1000000
bench: setup
	$(BIN)/python -m tests.bench --sizes $(SIZES) --filled $(FILLED)
	$(BIN)/python -m tests.bench_poll
	$(BIN)/python -m tests.bench_review
	$(BIN)/python -m tests.bench_workers
	$(BIN)/python -m tests.bench_prefect

# What takes too long for `make test`: every crash, hundreds of kills, four processes at once, half an hour of hostile servers.
# KILLS=20 MINUTES=5 make it shorter.
soak: setup
	$(BIN)/python -m tests.soak
	$(BIN)/python -m tests.soak_prefect
	$(BIN)/python -m tests.soak_feeds $(FEEDS)
	$(BIN)/python -m tests.soak_hostile
	$(BIN)/python -m tests.soak_review

# Feeds on a schedule: starts a local Prefect server if none is set.
up schedule: setup
	$(BIN)/claimwatch schedule

# Random passwords for docker-compose.yml, in ./secrets (not in git), readable by you only.
secrets:
	@deploy/make-secrets.sh secrets
	@echo "secrets/ is filled; back it up: without it the databases cannot be opened"

# After changing dependencies in pyproject.toml (needs uv). The lock holds hashes and no index address.
lock:
	uv pip compile pyproject.toml --all-extras --generate-hashes --python-version 3.11 --no-header -o requirements.lock

clean:
	rm -rf out var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
