# Everything that is done to this project, by one word each. `make` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input
PIP_COMPILE := build/pins/bin/pip-compile --quiet --upgrade --generate-hashes --no-emit-options \
	--no-emit-index-url --no-header --strip-extras --allow-unsafe
PINS := requirements/runtime.txt requirements/build.txt requirements/dev.txt

# Tools of the surroundings must not see each other's half-made files.
.NOTPARALLEL:

.PHONY: help
help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: demo
demo: $(VENV)/.runtime ## record the sample in a fresh store, render it, say where it is
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh samples/velvet-first-deploy/demo.sh build/demo

.PHONY: venv
venv: $(VENV)/.dev ## make .venv with everything that development needs

.PHONY: test
test: $(VENV)/.dev ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

.PHONY: campaign
campaign: $(VENV)/.dev ## kill writers, plant secrets, search the properties for long: EXAMPLES=3000 of each
	TRIAGE_KILLS=300 TRIAGE_PLANTED=1000 TRIAGE_MEGABYTES=100 TRIAGE_SEEDS=1000 HYPOTHESIS_PROFILE=full HYPOTHESIS_EXAMPLES=$(or $(EXAMPLES),3000) \
		$(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

.PHONY: durability
durability: $(VENV)/.dev ## kill writers and servers, cut the power, fail the disk, contend: KILLS=1000 STATES=10000 …
	TRIAGE_KILLS=$(or $(KILLS),1000) TRIAGE_STATES=$(or $(STATES),10000) TRIAGE_FAULTS=$(or $(FAULTS),1000) TRIAGE_ROUNDS=$(or $(ROUNDS),30) \
	TRIAGE_CLIENT_KILLS=$(or $(CLIENT_KILLS),500) TRIAGE_SERVER_KILLS=$(or $(SERVER_KILLS),100) TRIAGE_RETRIES=$(or $(RETRIES),1000) \
		$(BIN)/python -m pytest tests/durability $(ARGS)

.PHONY: agents-campaign
agents-campaign: $(VENV)/.dev ## two agents on one journal at once, killed and said again: OPERATIONS=1000 of each
	TRIAGE_OPERATIONS=$(or $(OPERATIONS),1000) TRIAGE_AGENTS_SERVER_KILLS=$(or $(AGENTS_SERVER_KILLS),20) \
		$(BIN)/python -m pytest tests/durability/test_two_agents.py $(ARGS)

REAL_AGENTS := $(addprefix build/real-agents/,claude-code-2.1.258 claude-code-2.1.332 codex-0.144.6 codex-0.169.0)
NPM_INSTALL := npm install --silent --no-audit --no-fund --ignore-scripts --no-save

build/real-agents/claude-code-%:
	$(NPM_INSTALL) --prefix $@ @anthropic-ai/claude-code@$*
	node $@/node_modules/@anthropic-ai/claude-code/install.cjs

build/real-agents/codex-%:
	$(NPM_INSTALL) --prefix $@ @openai/codex@$*

.PHONY: real-agents
real-agents: $(VENV)/.dev $(REAL_AGENTS) ## our hooks, tools and skill in real agents whose model is a script (needs npm)
	TRIAGE_REAL_AGENTS=build/real-agents $(BIN)/python -m pytest tests/real_agents $(ARGS)

.PHONY: hook-samples
hook-samples: $(VENV)/.dev $(REAL_AGENTS) ## record anew what real agents say to hooks, as samples for the tests
	$(BIN)/python tests/real_agents/samples.py build/real-agents

.PHONY: table
table: $(VENV)/.dev ## make the table of the fast road anew, after a change of a recording command
	$(BIN)/python tests/plain_table.py
	$(BIN)/ruff format --quiet triage/fast/table.py

.PHONY: format
format: $(VENV)/.dev ## put the code into its form
	$(BIN)/ruff check --quiet --fix-only --select I .
	$(BIN)/ruff format .

.PHONY: format-check
format-check: $(VENV)/.dev ## is the code in its form?
	$(BIN)/ruff format --check .

.PHONY: lint
lint: $(VENV)/.dev ## ruff's rules
	$(BIN)/ruff check .

.PHONY: types
types: $(VENV)/.dev ## mypy, strict
	$(BIN)/mypy

.PHONY: layers
layers: $(VENV)/.dev ## who may import whom
	$(BIN)/lint-imports

.PHONY: check
check: format-check lint types layers test wheel ## all checks, as CI runs them

.PHONY: bench
bench: $(VENV)/.dev ## measure what the project promises
	@set -e; for each in $(filter-out benchmarks/agents.py benchmarks/performance.py,$(wildcard benchmarks/*.py)); do echo "== $$each"; $(BIN)/python "$$each"; done

.PHONY: performance
performance: $(VENV)/.dev ## measure speed beside other programs, and write docs/performance.md
	$(BIN)/python benchmarks/performance.py $(ARGS)

.PHONY: agents
agents: $(VENV)/.dev ## count what recording costs an agent in tokens, and write docs/agents.md
	$(BIN)/python benchmarks/agents.py

.PHONY: wheel
wheel: $(VENV)/.dev ## build the sdist, and the wheel from the sdist, into dist/
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .

.PHONY: samples
samples: $(VENV)/.dev ## record the samples anew, with their documents
	@for each in samples/*/make.sh; do PATH="$(CURDIR)/$(BIN):$$PATH" sh "$$each"; done

.PHONY: vendor
vendor: ## the search library of the site anew, from the npm registry (needs npm)
	rm -rf build/vendor && mkdir -p build/vendor
	cd build/vendor && npm install --silent --ignore-scripts --no-save minisearch@7.2.0 esbuild
	{ echo '/* MiniSearch 7.2.0, MIT licence, Copyright 2022 Luca Ongaro; see minisearch.LICENSE.txt */'; \
		build/vendor/node_modules/.bin/esbuild build/vendor/node_modules/minisearch/dist/umd/index.js --minify; } \
		> templates/site/minisearch.js
	cp build/vendor/node_modules/minisearch/LICENSE.txt templates/site/minisearch.LICENSE.txt

.PHONY: pins
pins: ## pin the newest releases anew, with hashes, by the oldest Python that is supported: PYTHON=python3.11
	$(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.5'
	rm -f $(PINS)
	$(PIP_COMPILE) --output-file requirements/runtime.txt pyproject.toml
	$(PIP_COMPILE) --only-build-deps --build-deps-for editable \
		--output-file requirements/build.txt pyproject.toml
	$(PIP_COMPILE) --extra dev --constraint requirements/runtime.txt \
		--constraint requirements/build.txt --output-file requirements/dev.txt pyproject.toml
	for each in $(PINS); do \
		{ echo '# Made by "make pins": hashes for every platform, no address of an index.'; cat $$each; } \
			> build/pins/pinned && mv build/pins/pinned $$each; \
	done

.PHONY: clean
clean: ## remove all that was made
	rm -rf $(VENV) build dist

# Enough to run the program from this folder; what `make demo` needs.
$(VENV)/.runtime: pyproject.toml requirements/runtime.txt requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit("Triage needs Python 3.11 or newer; say: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/runtime.txt -r requirements/build.txt
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@
