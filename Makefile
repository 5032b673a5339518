# Everything a contributor needs. Each target sets up .venv if necessary.

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
SCALE_JOBS ?= 200
# Programs about our dependencies, apart from these.
TOOLS := .venv-tools/bin
# What demo, serve and test recognize with; `make clean` keeps it.
MODELS ?= whisper-base campplus
MODELS_DIR := $(or $(SCRIBEDOCK_MODELS_DIR),$(or $(SCRIBEDOCK_DATA_DIR),data)/models)
# The scripts of the web application, which are built once after each change of their sources.
WEB := scribedock/web/static/manifest.json
WEB_SOURCES := $(shell find frontend -name node_modules -prune -o -type f -print)
# Without bytecode files, each server that a test starts would compile the whole package again.
unexport PYTHONDONTWRITEBYTECODE
SPECIAL := gpu or judges or s3 or azure or trials or clients or scale or soak or ui
# What `make test` runs: nothing that needs Debian packages, much time or other data.
ORDINARY := not (e2e or postgresql or $(SPECIAL))

.PHONY: help audit sbom models web demo walk serve test test-e2e coverage test-postgresql test-s3 test-azure test-gpu test-ui check judges trials clients scale soak docs docs-pictures golden lock clean

help:
	@echo "make web                 build the scripts of the web application, as demo, serve and test do once"
	@echo "make demo [MEDIA=file]   transcribe a recording, from upload to captions, on a temporary server"
	@echo "make models              download Whisper base and CAM++, as demo, serve and test do once"
	@echo "make walk [URL=https://…] make every call of the API once, on a temporary server or on that one"
	@echo "make serve               start the server and leave it running"
	@echo "make test                run the tests, on one server for all of them"
	@echo "make test-e2e            run those of packages and models, and on servers that are killed"
	@echo "make coverage            run them with PostgreSQL, and measure their coverage"
	@echo "make test-postgresql     run the database tests on PostgreSQL"
	@echo "make test-s3             test the object store on a real S3 server: Ceph's gateway, from Debian's packages"
	@echo "make test-azure          test it on Microsoft's emulator of Azure Blob Storage"
	@echo "make test-gpu            test Whisper on a GPU: batches, float16, int8_float16"
	@echo "make test-ui             use the web application in Chromium and Firefox (Debian's chromium, firefox-esr)"
	@echo "make check               run ruff, mypy, and ESLint, tsc and Prettier on the web application"
	@echo "make judges              validate with third-party software (SCRIBEDOCK_JUDGES=folder, CASES=1000 requests)"
	@echo "make trials              try full disks, slow clients, power cuts (root, Debian)"
	@echo "make clients             upload with third-party clients (Debian's curl, wget, chromium, nginx)"
	@echo "make soak                kill the server at random moments, many times"
	@echo "make scale               kill everything while many jobs are done (SCALE_JOBS=200; root, Debian)"
	@echo "make docs                regenerate the tables of docs/"
	@echo "make docs-pictures       take the pictures of docs/tutorial.md anew (Debian's chromium)"
	@echo "make golden              regenerate the golden files of the captions' tests"
	@echo "make sbom                write a software bill of materials (CycloneDX) of the locked dependencies"
	@echo "make audit               ask whether they have known vulnerabilities"
	@echo "make lock                update the locked dependencies"

.venv:
	@test -n "$(PYTHON)" || { echo "scribedock needs Python 3.11, 3.12 or 3.13; set PYTHON=/path/to/it"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv
	@echo "Installing scribedock and its dependencies in .venv (once) ..."
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "Installing the dependencies of the tests in .venv (once) ..."
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# The recognizer and the model of voices, once; without a source for them the built-in recognizer is used.
models: .venv/.installed
	@for name in $(MODELS); do \
		test -d "$(MODELS_DIR)/$$name" || $(BIN)/scribedock models pull $$name \
		|| echo "Going on without $$name; pocketsphinx needs no download (docs/speech.md)."; \
	done

web: $(WEB)

# Without a source for what they are built with, everything but the web application works.
$(WEB): $(WEB_SOURCES) tools/frontend.py .venv/.installed
	@$(BIN)/python tools/frontend.py build || echo "Going on without the web application (docs/web.md)."

demo: models web
	$(BIN)/scribedock demo $(if $(MEDIA),--media "$(MEDIA)")

walk: .venv/.installed
	$(BIN)/scribedock walk $(if $(URL),--url "$(URL)")

serve: models web
	$(BIN)/scribedock serve

test: .venv/.installed-dev models web
	SCRIBEDOCK_TEST_MODELS="$(MODELS_DIR)" $(BIN)/python -m pytest -n $(JOBS) -m "$(ORDINARY)"

test-e2e: .venv/.installed-dev models
	SCRIBEDOCK_TEST_MODELS="$(MODELS_DIR)" $(BIN)/python -m pytest -n $(JOBS) -m "e2e and not (postgresql or $(SPECIAL))" tests/e2e

test-postgresql: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m "postgresql and not ($(SPECIAL))"

# Twice as slow, because the servers, workers and children that the tests start are measured too.
coverage: .venv/.installed-dev
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest -n $(JOBS) -m "not ($(SPECIAL))"
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

test-s3: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m s3 tests/s3

test-azure: .venv/.installed-dev
	$(BIN)/python -m pytest -m azure tests/azure

test-gpu: .venv/.installed-dev models
	SCRIBEDOCK_TEST_MODELS="$(MODELS_DIR)" $(BIN)/python -m pytest -m gpu tests/unit/speech

test-ui: .venv/.installed-dev web
	$(BIN)/python -m pytest -n 2 -m ui tests/ui

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/frontend.py check

judges: .venv/.installed-dev
	CASES=$(CASES) $(BIN)/python -m pytest -n 2 -m judges tests/judges

trials: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m trials tests/e2e tests/unit/media tests/unit/translation

clients: .venv/.installed-dev
	$(BIN)/python -m pytest -n 2 -m clients tests/clients

soak: .venv/.installed-dev
	SOAK_ROUNDS=$(SOAK_ROUNDS) $(BIN)/python -m pytest -m soak --timeout=0 $(SOAK)

scale: .venv/.installed-dev
	SCALE_JOBS=$(SCALE_JOBS) $(BIN)/python -m pytest -m scale tests/s3

docs: .venv/.installed web
	$(BIN)/python tools/tables.py

docs-pictures: .venv/.installed-dev web
	DOCS_PICTURES=docs/pictures $(BIN)/python -m pytest -m ui tests/ui/test_newcomer.py

golden: .venv/.installed-dev
	$(BIN)/python -m tests.captions.golden

.venv-tools/.installed: tools/requirements.lock
	$(PYTHON) -m venv .venv-tools
	$(TOOLS)/python -m pip --disable-pip-version-check --quiet install --require-hashes -r tools/requirements.lock
	@touch $@

sbom: .venv-tools/.installed
	@mkdir -p dist
	$(TOOLS)/python -W ignore -m cyclonedx_py requirements requirements.lock --pyproject pyproject.toml \
		--mc-type application --output-reproducible --spec-version 1.6 --output-file dist/scribedock.cdx.json
	@echo "dist/scribedock.cdx.json is written"

audit: .venv-tools/.installed
	$(TOOLS)/python tools/audit_dependencies.py $(TOOLS)/pip-audit

lock:
	uv pip compile pyproject.toml --extra all --group build --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet --upgrade -o requirements.lock
	uv pip compile pyproject.toml --extra all --group build --group dev --constraint requirements.lock --universal \
		--python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet \
		-o requirements-dev.lock
	uv pip compile tests/judges/openapi/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet --upgrade \
		-o tests/judges/openapi/requirements.lock
	uv pip compile tools/requirements.in --universal --python-version 3.11 --generate-hashes \
		--no-annotate --no-emit-index-url --no-header --no-strip-extras --quiet --upgrade -o tools/requirements.lock

clean:
	rm -rf frontend/node_modules scribedock/web/static .venv .venv-judges .venv-tools build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis
