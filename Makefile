# Every command a developer needs. `make help` lists them. Only Python >= 3.11, pip and make have to be there.

PYTHON ?= python3
BIN := .venv/bin
PHONE_BIN := .venv-phone/bin
UV := $(BIN)/uv
PACKAGES := client sync_server shared_models conflict
WORKERS ?= 2
# pip stays quiet about newer versions of itself.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
ifndef AT_ONCE
.NOTPARALLEL:
endif
.PHONY: help install demo test ready services check lint style types contracts unit phone beside alone erase browser suite coverage bench prove lock migration format clean

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

install: .venv/.installed ## make .venv with exactly the locked versions of everything

# pip comes from outside the venv: `ensurepip` is missing on some systems, and slow on all.
.venv/.installed: pyproject.toml requirements.lock
	test -x $(BIN)/python || $(PYTHON) -m venv --without-pip .venv
	test -x $(UV) || $(PYTHON) -m pip --python $(BIN)/python install --quiet "$$(sed -n 's/^\(uv==[^ ;]*\).*/\1/p' requirements.lock)"
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --requirement requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --editable .
	touch $@

demo: install ## a server, a company of examples, the office in the browser and one field device
	$(BIN)/fieldfare demo

check: install lint unit ## the fast check: format, lint, types, import contracts, unit tests

lint: style types contracts

style: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: install
	$(BIN)/mypy

contracts: install
	$(BIN)/lint-imports

unit: install
	$(BIN)/python -m pytest -q tests/unit

test: ready browser beside suite coverage ## everything: services, lint, phone versions, the whole suite and how much of the code it ran

# One waits for packages from the network while the others compute.
ready: install
	$(MAKE) --jobs 2 --output-sync AT_ONCE=yes services lint

services: install
	bash tests/services.sh

phone: .venv-phone/.installed ## the client's and the shared models' tests with the versions of a phone
	$(PHONE_BIN)/python -m pytest -q -n $(WORKERS) tests/unit/client tests/unit/conflict tests/unit/shared_models

# What types fast needs its core at once, and waits most of the time: the phone's tests take what it leaves.
beside: install .venv-phone/.installed
	$(MAKE) --jobs 2 --output-sync AT_ONCE=yes WORKERS=1 PHONE_BIN="nice -n 19 $(PHONE_BIN)" alone phone

.venv-phone/.installed: pyproject.toml requirements.lock packaging/phone-constraints.txt | install
	rm -rf .venv-phone
	$(PYTHON) -m venv --without-pip .venv-phone
	$(UV) pip install --quiet --python $(PHONE_BIN)/python --constraint packaging/phone-constraints.txt --editable . pytest pytest-asyncio pytest-xdist hypothesis
	touch $@

# `coverage run` also measures the workers of the run: pyproject.toml, [tool.coverage.run].
erase: install
	$(BIN)/coverage erase

browser: install # by itself: a browser driver keeps the event loop of its process
	$(BIN)/python -m pytest -q --tb short -n $(WORKERS) --dist worksteal --durations 5 -m "not alone" tests/e2e

alone: install
	$(BIN)/python -m pytest -q --tb short --durations 5 -m alone tests/e2e

suite: erase
	$(BIN)/coverage run -m pytest --ignore tests/e2e -n $(WORKERS) --dist worksteal --durations 15

coverage: suite
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --sort cover
	$(BIN)/coverage report --format total --fail-under 100 --include 'conflict/*,shared_models/*'
	$(BIN)/coverage report --format total --fail-under 90 --include 'client/*'
	$(BIN)/coverage report --format total --fail-under 90 --include 'sync_server/*'

bench: install ## measure speed and size against the stated targets
	$(BIN)/python -m tests.bench

prove: install services ## the long proofs, hours: fresh simulated weeks, wrong variants, a soak, thousands of connections, a million rows
	FIELDFARE_CONNECTIONS=3000 FIELDFARE_DEVICES=50 FIELDFARE_DEVICE_SECONDS=300 $(BIN)/python -m pytest --hypothesis-profile prove -n $(WORKERS) tests/properties tests/adversarial tests/anomaly
	$(BIN)/python -m tests.simulation --runs 2000
	$(BIN)/python -m tests.simulation --runs 2000 --cast versions
	$(BIN)/python -m tests.simulation --runs 1000 --cast files
	$(BIN)/python -m tests.simulation --runs 1000 --cast two-servers
	$(BIN)/python -m tests.simulation --runs 200 --postgresql
	$(BIN)/python -m tests.simulation --runs 200 --postgresql --cast two-servers
	$(BIN)/python -m tests.simulation --runs 10 --steps 5000
	$(BIN)/python -m tests.simulation --mutations --runs 200
	$(BIN)/python -m tests.bench first-sync --rows 1000000
	$(BIN)/python -m tests.bench channels
	$(BIN)/python -m tests.soak --seconds 900 --devices 8
	$(BIN)/python -m tests.soak --seconds 600 --devices 8 --postgresql

lock: ## choose versions anew within the ranges of pyproject.toml
	test -x $(UV) || { $(PYTHON) -m venv --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet uv; }
	$(UV) pip compile --quiet --upgrade --universal --all-extras --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --output-file requirements.lock pyproject.toml

migration: install ## draft the next migration from what the entities have and the tables lack: make migration MESSAGE="visits"
	@test -n "$(MESSAGE)" || { echo 'say what it is for: make migration MESSAGE="visits"'; exit 1; }
	@$(BIN)/python -c 'import sys; from sync_server.db.migrate import draft; draft(sys.argv[1])' "$(MESSAGE)"

format: install ## format the code and apply the safe fixes
	$(BIN)/ruff check --fix --exit-zero --quiet .
	$(BIN)/ruff format .

clean: ## remove what these commands made
	rm -rf .venv .venv-phone .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .coverage .coverage.* htmlcov build dist
	find $(PACKAGES) tests packaging -name __pycache__ -type d -prune -exec rm -rf {} +
