# Everything a contributor needs. Each target sets up what it lacks, in .venv.

PYTHON ?= $(shell for found in python3.12 python3.11 python3.13 python3; do \
	$$found -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	&& echo $$found && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MEDIA ?=
URL ?=
SOAK_ROUNDS ?= 200
SOAK ?= tests/soak
CASES ?= 1000
JOBS ?= 3
# Where no bytecode may be written, each server that a test starts would compile the whole package anew.
unexport PYTHONDONTWRITEBYTECODE
SPECIAL := judges or s3 or azure or trials or clients or soak
# What `make test` runs: nothing that takes Debian packages, much time or data from elsewhere.
ORDINARY := not (postgresql or $(SPECIAL))

.PHONY: help demo walk serve test coverage test-postgresql test-s3 test-azure check judges trials clients soak docs golden lock clean

help:
	@echo "make demo [MEDIA=file]   the main job, end to end, on a server of its own"
	@echo "make walk [URL=https://…] every call of the API, once, on a server of its own or on that one"
	@echo "make serve               start the server and leave it running"
	@echo "make test                all tests that need nothing else (a quarter of an hour on two processors)"
	@echo "make coverage            the same, with PostgreSQL, and which lines they reach"
	@echo "make test-postgresql     what runs on SQLite too, on PostgreSQL"
	@echo "make test-s3             the object store on a real S3 server: Ceph's gateway, from Debian's packages"
	@echo "make test-azure          the same on Microsoft's emulator of Azure Blob Storage"
	@echo "make check               ruff and mypy"
	@echo "make judges              other people's software judges us (SCRIBEDOCK_JUDGES=folder, CASES=1000 requests)"
	@echo "make trials              what a full disk, a slow client, a power cut would do (root, Debian)"
	@echo "make clients             other people's clients upload (Debian's curl, wget, chromium)"
	@echo "make soak                kill the server at random moments, many times"
	@echo "make docs                write the tables of docs/ anew"
	@echo "make golden              write the golden files of the captions' tests anew"
	@echo "make lock                lock the dependencies anew"

.venv:
	@test -n "$(PYTHON)" || { echo "scribedock needs Python 3.11, 3.12 or 3.13; set PYTHON=/path/to/it"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv
	@echo "Installing scribedock and what it needs in .venv (once) ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing what the tests need in .venv (once) ..."
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/.installed
	$(BIN)/scribedock demo $(if $(MEDIA),--media "$(MEDIA)")

walk: .venv/.installed
	$(BIN)/scribedock walk $(if $(URL),--url "$(URL)")

serve: .venv/.installed
	$(BIN)/scribedock serve

test: .venv/.installed-dev
	$(BIN)/python -m pytest -n $(JOBS) -m "$(ORDINARY)"

test-postgresql: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m "postgresql and not ($(SPECIAL))"

# Twice as slow, because the servers, workers and children that the tests start are measured too.
coverage: .venv/.installed-dev
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n $(JOBS) -m "not ($(SPECIAL))"
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

test-s3: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m s3

test-azure: .venv/.installed-dev
	$(BIN)/python -m pytest -m azure

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

judges: .venv/.installed-dev
	CASES=$(CASES) $(BIN)/python -m pytest -n 2 -m judges

trials: .venv/.installed-dev
	$(BIN)/python -m pytest -m trials

clients: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m clients tests/clients

soak: .venv/.installed-dev
	SOAK_ROUNDS=$(SOAK_ROUNDS) $(BIN)/python -m pytest -m soak --timeout=0 $(SOAK)

docs: .venv/.installed
	$(BIN)/python tools/tables.py

golden: .venv/.installed-dev
	$(BIN)/python -m tests.captions.golden

lock:
	uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --group build --group dev --constraint requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet \
		-o requirements-dev.lock

clean:
	rm -rf .venv build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
