# kdd: log sessions as Kubernetes resources. `make help` lists the targets.
SHELL := /usr/bin/env bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
CONFIGURATION ?= Release
export CONFIGURATION

VIEWER_SOURCES := $(shell find viewer -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
WWWROOT := src/Kdd.Gateway/wwwroot/index.html

.PHONY: help
help: ## this list
	@grep -hE '^[a-z][a-z0-9-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: prerequisites
prerequisites:
	@hack/prerequisites.sh

.PHONY: build
build: prerequisites $(WWWROOT) ## compile everything, viewer included
	@dotnet build Kdd.sln -c $(CONFIGURATION) -nologo -v q

viewer/node_modules/.package-lock.json: viewer/package.json viewer/package-lock.json | prerequisites
	@cd viewer && npm ci --no-fund --no-audit --loglevel=error
	@touch $@

$(WWWROOT): viewer/node_modules/.package-lock.json $(VIEWER_SOURCES) | prerequisites
	@cd viewer && npm run build --silent
	@touch $@

.PHONY: demo
demo: build ## a cluster in one process with kdd and a demo shop in it; KDD_PORT, KDD_API_PORT, KDD_DIR, KDD_AUTH move it; Ctrl-C stops everything
	@exec hack/demo.sh

.PHONY: test
test: build ## every test: C#, viewer, browser, end to end; last line: N passed, N failed
	@hack/test.sh

.PHONY: lint
lint: prerequisites viewer/node_modules/.package-lock.json ## what the build does not already refuse: formatting, viewer lint, whitespace
	@dotnet format Kdd.sln --verify-no-changes --no-restore
	@cd viewer && npm run lint --silent

.PHONY: format
format: prerequisites viewer/node_modules/.package-lock.json ## format C# and viewer sources
	@dotnet format Kdd.sln
	@cd viewer && npm run format --silent

.PHONY: crds
crds: prerequisites ## regenerate config/crds and docs/api.md from the C# types
	@dotnet run --project src/Kdd.CrdGenerator -c $(CONFIGURATION) -- config/crds docs

.PHONY: bench
bench: build ## the benchmarks, side by side with peers; a table, and bench/results/latest.json
	@hack/bench.sh

.PHONY: run
run: build ## operator and gateway on this machine, loopback only, against a real cluster: make run KUBECONFIG=FILE; KDD_PORT, KDD_DIR, KDD_CRDS=skip
	@exec env KUBECONFIG="$(KUBECONFIG)" hack/run.sh

.PHONY: e2e
e2e: build ## end-to-end tests against a real cluster with kdd installed: make e2e KUBECONFIG=FILE
	@KUBECONFIG=$(KUBECONFIG) hack/e2e.sh
