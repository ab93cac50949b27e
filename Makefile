# make demo    set up and read the sample forms into tallies
# make test    set up and run the whole test suite, lint and types included (JOBS=N processes side by side; usually 2)
# make test-fast   tests/unit, what needs neither service, browser nor training: under a minute on two cores
# make proof   measure everything on real pages (SHARED=FOLDER) and simulated ones; write docs/proof/pages.md and the README's table
# make bench   print what a page costs, as ratios
# make bench-peers   other readers on the same pages (PAGES='FOLDER...': real pages too)
# make bench-scale   pages a second of the whole service, what each costs where, memory; then the plan of an evening
# make soak    an hour of uploads and reviews: does anything grow? (SOAK='--minutes 3' for less)
# make fuzz    give the program 100,000 damaged files, templates, requests (FUZZ='--minutes 5' for less)
# make faults  break the machine under it: full disk, lost database, killed worker, clock set back
# make docs    write the pages of error codes and settings from the program (docs/reference)
# make licences  list the licences of what is required (docs/reference/licences.md)
# make lock      write the lock file of a deployment, with hashes (data/deploy/requirements.lock)
# make sbom      write a bill of materials (out/sbom.cdx.json)
# make clean   remove what make made
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
OUT    := out/demo
JOBS   ?= 2
SHARED ?= ../shared
AGAIN  := $(MAKE) --no-print-directory

.PHONY: demo test test-fast lint style types proof bench bench-peers bench-scale soak fuzz faults docs licences lock sbom clean
.DELETE_ON_ERROR:
unexport PYTHONDONTWRITEBYTECODE  # what is compiled when it is first imported is kept

demo: $(VENV)/.demo
	@mkdir -p $(OUT)
	@rm -f $(OUT)/tallies.csv.part
	@$(BIN)/chasil read data/samples --overlay $(OUT) --csv $(OUT)/tallies.csv; code=$$?; [ $$code -eq 0 ] || [ $$code -eq 3 ]
	@echo 'Berikutnya / next: $(BIN)/chasil serve'

# Processes run side by side: threads of numpy and torch within each would only wait for one another, busily. The memory
# of a picture is kept for the next one: to give it back and take it again costs a fifth of the time of finding a sheet.
# What one core works through alone goes beside what another does: system packages beside Python's, types beside tests.
test: export MALLOC_TRIM_THRESHOLD_ = 268435456
test: export MALLOC_MMAP_THRESHOLD_ = 33554432
test: export MALLOC_ARENA_MAX = 2
test: | $(BIN)/python
	@.ci/beside .ci/test-packages $(AGAIN) $(VENV)/.test style
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 .ci/beside '$(AGAIN) types' \
	  .ci/postgresql $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder --nbmake --nbmake-timeout=600 notebooks tests

test-fast: $(VENV)/.test
	$(BIN)/pytest --numprocesses $(JOBS) --dist loadfile -m 'not slow' tests/unit

lint: style types

style: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/oxlint --deny-warnings api/web/static

types: $(VENV)/.test
	$(BIN)/mypy
	$(BIN)/lint-imports

proof: $(VENV)/.test
	$(BIN)/chasil evaluate proof $(SHARED) --jobs $(JOBS)

bench: $(VENV)/.test
	$(BIN)/python -m tests.bench

bench-peers: $(VENV)/.test
	$(BIN)/python -m tests.bench.peers $(PAGES)

bench-scale: $(VENV)/.test
	.ci/postgresql $(BIN)/python -m tests.bench.scale $(SCALE)
	$(BIN)/python -m tests.bench.capacity

soak: $(VENV)/.test
	$(BIN)/python -m tests.bench.soak $(SOAK)

fuzz: $(VENV)/.test
	$(BIN)/python -m tests.fuzz $(FUZZ)

faults: $(VENV)/.test
	FAULTS_OUTAGE_SECONDS=30 FAULTS_PAGES=60 .ci/postgresql $(BIN)/pytest tests/faults

docs: $(VENV)/.test
	$(BIN)/python -m tests.documentation

licences: $(VENV)/.test
	$(BIN)/python -m tests.dependencies licences

lock: $(VENV)/.test
	$(BIN)/python -m tests.dependencies lock

sbom: $(VENV)/.test
	$(BIN)/python -m tests.dependencies sbom

clean:
	rm -rf $(VENV) out runs .pytest_cache .mypy_cache .ruff_cache

$(BIN)/python:
	@sh .ci/system-packages $(PYTHON)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

# Python compiles a module when it is first imported: nobody imports most of those that come along.
$(VENV)/.test: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[train,cluster,oidc,dev]'
	@touch $@
