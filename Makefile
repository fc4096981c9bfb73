# Two commands do everything on a fresh machine: `make scorecard` and `make test`.
# Each installs what it needs into .venv first, from the lock, checked by hash.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
P ?=
export Q REPO LIST

# $(call asks,REPO,make verify REPO=…): what a target cannot do without, asked for in its own words.
asks = $(if $($(1)),,@echo 'Say $(1): $(2)' >&2; exit 2)

##@ Every day
.PHONY: scorecard
scorecard: $(READY) ## Run everything and show where you stand (P=p02 for one project, SEED=7, FULL=1)
	@$(BIN)/python -m scorecard run $(P) $(if $(SEED),--seed $(SEED)) $(if $(MODEL),--model $(MODEL)) \
		$(if $(FULL),--full) $(if $(L),--lang $(L))

.PHONY: test
test: $(READY) ## Run every test
	@$(BIN)/python -m pytest -q $(ARGS)

.PHONY: report
report: $(READY) ## Write the last results as one page to show
	@$(BIN)/python -m scorecard report $(if $(L),--lang $(L)) $(ARGS)

.PHONY: serve
serve: $(READY) ## Show that page while you work, on this machine only
	@$(BIN)/python -m scorecard serve --port $(or $(PORT),8200)

.PHONY: ablation
ablation: $(READY) ## Six ways of asking, side by side (MODEL=llama3.2 adds a real one, marked LIVE)
	@$(if $(MODEL),CAPSTONE_MODEL=$(MODEL)) $(BIN)/python -m projects.p01_prompting ablation $(ARGS)

.PHONY: agent
agent: $(READY) ## Let Farol's agent work on a ticket, step by step (T=17)
	@$(BIN)/python -m projects.p09_agents run --ticket $(or $(T),17)

.PHONY: ask
ask: $(READY) ## Ask the standard library: make ask Q="how do I keep a list sorted while inserting?"
	$(call asks,Q,make ask Q="how do I keep a list sorted while inserting?")
	@$(BIN)/python -m projects.p07_advanced_rag ask "$$Q"

.PHONY: sim
sim: $(READY) ## Serve the simulator and say how to point a client at it (PORT=8100)
	@$(BIN)/python -m shared.simulator serve --port $(or $(PORT),8100)

.PHONY: world
world: $(READY) ## Look at Farol, the company all projects share (SEED=7)
	@$(BIN)/python -m shared.world --seed $(or $(SEED),7) --emails 2

.PHONY: doctor
doctor: $(READY) ## Say what works on this machine and what does not
	@$(BIN)/python -m scorecard doctor

##@ Learn
SPEAK = $(if $(L),--lang $(L)) $(if $(PLAIN),--plain)
PICK = $(P) $(if $(TASK),--task $(TASK))

.PHONY: next
next: $(READY) ## Say what to do now, and why (L=pt-BR for Portuguese)
	@$(BIN)/python -m scorecard next $(SPEAK)

.PHONY: list
list: $(READY) ## Show the projects and how far you are
	@$(BIN)/python -m scorecard list $(SPEAK)

.PHONY: start
start: $(READY) ## Put the starter in place of the reference (P=p01, TASK=3 for one)
	@$(BIN)/python -m scorecard start $(PICK) $(SPEAK)

.PHONY: check
check: $(READY) ## Types, tests and level 1 of one project, in seconds (P=p01)
	@$(BIN)/python -m scorecard check $(PICK) $(SPEAK)

.PHONY: watch
watch: $(READY) ## Check on every save; keys for hint, compare, next, list, quit (P=p01)
	@$(BIN)/python -m scorecard watch $(P) $(SPEAK)

.PHONY: hint
hint: $(READY) ## Give the next hint (P=p01, TASK=3)
	@$(BIN)/python -m scorecard hint $(PICK) $(SPEAK)

.PHONY: compare
compare: $(READY) ## Show your body beside the reference, once yours passes (P=p01, TASK=3)
	@$(BIN)/python -m scorecard beside $(PICK) $(SPEAK)

.PHONY: reset
reset: $(READY) ## Go back to the starter, keeping your work (P=p01, TASK=3, REFERENCE=1)
	@$(BIN)/python -m scorecard reset $(PICK) $(if $(REFERENCE),--reference) $(SPEAK)

##@ Somebody else's work
.PHONY: verify
verify: $(READY) ## Re-execute a repository in a sandbox and say whether its claim holds (REPO=…, COMMIT=…)
	$(call asks,REPO,make verify REPO=https://example.org/someone/fork.git (or a folder))
	@$(BIN)/python -m scorecard verify "$$REPO" $(if $(COMMIT),--commit $(COMMIT))

.PHONY: cohort
cohort: $(READY) ## Verify every repository of a list (LIST=cohort.csv, ON=tcp://host:8786)
	$(call asks,LIST,make cohort LIST=cohort.csv)
	@$(BIN)/python -m scorecard cohort "$$LIST" $(if $(ON),--on $(ON))

.PHONY: candidates
candidates: $(READY) ## Compare several people's results (FILES="a.json b.json")
	$(call asks,FILES,make candidates FILES="a.json b.json")
	@$(BIN)/python -m scorecard compare $(FILES)

##@ Before a commit
.PHONY: all
all: format lint types contracts test scorecard ## Everything CI runs, formatting first

.PHONY: format
format: $(READY) ## Format and mend what ruff can mend
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

.PHONY: lint
lint: $(READY) ## Check style
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

.PHONY: types
types: $(READY) ## Check types, strictly
	@$(BIN)/mypy

.PHONY: contracts
contracts: $(READY) ## Check who may import whom
	@$(BIN)/lint-imports --no-logo

.PHONY: conformance
conformance: $(READY) ## Try the simulator with seven clients nobody here wrote
	@$(BIN)/python -m tests.conformance $(ARGS)

.PHONY: browser
browser: $(READY) ## Try the page in a real browser, with axe
	@$(BIN)/python -m tests.browser $(ARGS)

.PHONY: mutants
mutants: $(READY) ## Show which check rejects each plausible wrong solution (P=p02)
	@$(BIN)/python -m scorecard mutants $(P)

.PHONY: mutation
mutation: $(READY) ## Show what share of mechanical changes the graders notice (P=p02)
	@$(BIN)/python -m tests.mutation $(P) $(ARGS)

.PHONY: redteam
redteam: $(READY) ## Try every cheat we know and 500 honest runs against the grader
	@$(BIN)/python -m tests.redteam $(ARGS)

.PHONY: starters
starters: $(READY) ## Try every rule of a starter (P=p02): minutes
	@$(BIN)/python -m scorecard starters $(P)

##@ Measurements
.PHONY: bench
bench: $(READY) ## Time embeddings and the simulator, side by side with bare servers
	@$(BIN)/python -m shared.embeddings.bench
	@$(BIN)/python -m shared.simulator.bench

.PHONY: bench-sim
bench-sim: $(READY) ## Show what moves the simulated models, with intervals
	@$(BIN)/python -m shared.simulator.sensitivity

.PHONY: bench-search
bench-search: $(READY) ## Measure retrieval over the standard library, every way side by side
	@$(BIN)/python -m projects.p07_advanced_rag evaluate $(ARGS)

.PHONY: bench-api
bench-api: $(READY) ## Load p13's service beside a bare FastAPI app
	@$(BIN)/python -m projects.p13_api_backend.given.bench $(ARGS)

.PHONY: bench-graders
bench-graders: $(READY) ## Grade beside check50 and nbgrader, a whole repository beside its tools; Dask beside Ray
	@$(BIN)/python -m tests.graders $(ARGS)

##@ Upkeep
.PHONY: briefs
briefs: $(READY) ## Renew the tables of criteria in the briefs
	@$(BIN)/python -m scorecard briefs

.PHONY: messages
messages: $(READY) ## Bring the translations up to date
	@$(BIN)/python -m scorecard.locale

.PHONY: reference
reference: $(READY) ## Record what the reference bodies look like (after changing one)
	@$(BIN)/python -m scorecard reference

.PHONY: install
install: $(READY) ## Install the locked environment into .venv

.PHONY: clean
clean: ## Remove the environment, caches and the embedded database
	@rm -rf .venv .capstone .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

.PHONY: help
help: ## Show this
	@awk 'BEGIN {FS = ":.*## "; print "make TARGET, where TARGET is one of"} \
		/^##@/ {print "\n" substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# A .venv that is a link is somebody else's: the link goes, what it leads to stays.
# The first interpreter that can run this project. Asked by running it: a version manager may
# put names on the PATH that answer nothing.
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
SUITS := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

$(READY): poetry.lock scorecard/install.py
	@for python in $(CANDIDATES); do \
		if $$python -c '$(SUITS)' 2>/dev/null; then \
			if [ -L .venv ]; then rm .venv; fi; \
			$$python -m venv --clear .venv && $(BIN)/python -P scorecard/install.py && touch $@; exit $$?; \
		fi; \
	done; \
	echo "No Python 3.11, 3.12 or 3.13 was found (tried: $(CANDIDATES))." >&2; \
	echo "Install one, then run the same command again, or: make PYTHON=/path/to/python3.13" >&2; \
	exit 2
