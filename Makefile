# Every target runs under Node.js 24, which bin/setup fetches where the machine's own is older.
# `make check` is what CI runs. Settings are passed by environment: see README, "Configuration".

NODE = $(shell ./bin/node24)
BIN = $(NODE) node_modules
JEST = NODE_OPTIONS=--experimental-vm-modules $(BIN)/jest/bin/jest.js

.DEFAULT_GOAL := help
.PHONY: help setup up down status page gen fmt lint typecheck test test-unit simulate chaos chaos-short rebalance interop fuzz attack bench bench-compare bench-micro bench-query capacity docs check
MAKEFLAGS += --no-print-directory

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Fetch Node.js 24 and the npm packages, where missing
	@./bin/setup

up: ## Start the whole pipeline and the demo shop; returns when the first trace is stored
	@./bin/spanmill up

down: ## Stop all of it; the data stays
	@./bin/spanmill down

status: ## Processes, health and the pipeline's own figures
	@./bin/spanmill status

page: setup ## Build the web page where it is older than its sources
	@./bin/page

gen: setup ## Generate code from proto/
	@$(NODE) proto/generate.js

fmt: setup ## Format all files
	@$(BIN)/prettier/bin/prettier.cjs --write --log-level=warn .

lint: setup ## Lint, layers included
	@$(BIN)/eslint/bin/eslint.js --max-warnings=0 .

typecheck: setup ## Check the types
	@$(BIN)/typescript/bin/tsc --noEmit
	@$(BIN)/typescript/bin/tsc --noEmit -p services/web

test: setup ## All tests; integration tests start their own Kafka and ClickHouse
	@$(JEST)

test-unit: setup ## Tests that need no server
	@$(JEST) --selectProjects unit

simulate: setup ## The guarantees under seeded faults: RUNS=n schedules, or SEED=n alone
	@SEED=$(SEED) RUNS=$(RUNS) $(NODE) test/simulate/run.ts

chaos: setup ## The guarantees on real servers under real faults: SEED=n, MINUTES=m
	@./bin/spanmill chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

chaos-short: setup ## The same in under five minutes, one fault of each kind
	@./bin/spanmill chaos --short $(if $(SEED),--seed $(SEED))

rebalance: setup ## How long partitions pause when processors come, go and die
	@$(NODE) test/chaos/rebalance.ts

interop: setup ## The client libraries of other projects against a whole Spanmill: CLIENT=a,b for some
	@$(NODE) test/interop/main.ts $(if $(CLIENT),--only $(CLIENT))

bench: setup ## What the pipeline costs: STAGE=name, SECONDS_EACH=n, RATE=spans/s, PROFILE=1; 54 minutes of load in all
	@./bin/spanmill bench $(STAGE) $(if $(SECONDS_EACH),--seconds $(SECONDS_EACH)) $(if $(RATE),--rate $(RATE)) $(if $(PROFILE),--profile)

bench-compare: setup ## Two results of it side by side: A=before.json B=after.json
	@./bin/spanmill bench compare $(A) $(B)

bench-micro: setup ## CPU time of each hot path by itself: FILTER=part of a file's name in test/bench
	@set -e; for file in test/bench/*$(FILTER)*.bench.ts; do echo "== $$file"; $(NODE) --expose-gc $$file; done

bench-query: setup ## The query API on SPANS=n spans (10 million): medians against their targets
	@$(NODE) test/bench/query/main.ts $(if $(SPANS),--spans $(SPANS)) $(if $(KEEP),--keep)

capacity: setup ## Write docs/capacity.md from measured figures: FIGURES=result of `spanmill bench whole` for newer ones
	@$(NODE) test/bench/capacity/main.ts $(if $(FIGURES),--figures $(FIGURES))

fuzz: setup ## Every decoder on random and mutated input: MINUTES=m together, SEED=n, TARGET=part of a name
	@$(NODE) test/fuzz/main.ts $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED)) $(if $(TARGET),--target $(TARGET))

attack: setup ## What floods, bombs and slow clients do to others: ATTACK=part of a name, SECONDS=s of each
	@$(NODE) test/attack/main.ts $(if $(ATTACK),--attack $(ATTACK)) $(if $(SECONDS),--seconds $(SECONDS))

docs: setup ## Write the README's configuration tables from the settings
	@$(NODE) services/cli/docs.ts

check: setup ## What CI runs: format, lint, types, generated code, all tests
	@echo '== format'
	@$(BIN)/prettier/bin/prettier.cjs --check --log-level=warn .
	@echo '== lint'
	@$(BIN)/eslint/bin/eslint.js --max-warnings=0 .
	@echo '== types'
	@$(BIN)/typescript/bin/tsc --noEmit
	@$(BIN)/typescript/bin/tsc --noEmit -p services/web
	@echo '== generated code'
	@$(NODE) proto/generate.js --check
	@$(NODE) services/cli/docs.ts --check
	@echo '== simulation'
	@$(NODE) test/simulate/run.ts
	@echo '== fault drill'
	@./bin/spanmill chaos --short
	@echo '== tests'
	@$(JEST)
