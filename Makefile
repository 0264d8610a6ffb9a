.PHONY: all build check gofmt vet staticcheck rego tidy workflows test bench bench-large fuzz proxy storm clients

# How long each fuzz target runs under `make fuzz`.
FUZZTIME ?= 10s

all: check test

build:
	go build ./cmd/reseat

# If it is not here, it is not a rule.
check: gofmt vet staticcheck rego tidy workflows

gofmt:
	@bad=$$(gofmt -l .) || exit 1; test -z "$$bad" || { printf 'not formatted (gofmt -w mends it):\n%s\n' "$$bad"; exit 1; }

vet:
	go vet ./...

staticcheck:
	go tool staticcheck ./...

# The rules' own format and check, and what their tests notice, through OPA's library. A pattern that matches
# no test passes in silence, so all of them are looked for first.
rego:
	@found=$$(go test ./policies -list '^Test(Format|Check|Mutants)') || { echo "$$found"; exit 1; }; \
	for name in TestFormat TestCheck TestMutants; do \
		echo "$$found" | grep -q "^$$name" || { echo "policies has no $$name: the rules would go unchecked"; exit 1; }; \
	done
	go test ./policies -run '^Test(Format|Check|Mutants)' -count=1

tidy:
	go mod tidy -diff

workflows:
	go tool actionlint .github/workflows/*.yml

test:
	go test -race -timeout 20m ./...

bench:
	go test -run '^$$' -bench . -benchmem ./...

# Tenants of 200,000 and of a million people, far away, folders of a million people,
# an apply of 100,000 changes, and one of 10,000 against the limit of writes: minutes. The worst files at full size.
bench-large:
	go test -run '^$$' -bench Large -benchtime 1x -timeout 1h ./...
	RESEAT_LARGE=1 go test ./cmd/reseat -run '^TestLarge' -count=1 -v -timeout 1h
	RESEAT_LARGE=1 go test ./internal/desired -run '^Test(Hostile|ManyFiles)$$' -count=1 -v -timeout 1h

# Two thousand runs through a proxy that misbehaves; the tests do a few.
proxy:
	go test ./cmd/reseat -run '^TestProxy$$' -count=1 -v -timeout 30m -proxy.runs=2000

# An apply cut off at each point of it, and five hundred through a storm with kills,
# lost answers and somebody else at work; the tests do a few. It prints its figures.
storm:
	go test ./cmd/reseat -run '^TestCrash' -count=1 -timeout 10m -crash.all
	go test ./cmd/reseat -run '^TestStorm$$' -count=1 -v -timeout 90m -parallel 6 -storm.runs=500

# Graph clients that others make, unmodified, against reseat sim over HTTPS.
clients:
	internal/simulator/testdata/clients/run.sh

# Every fuzz target for a moment; go test takes one target at a time.
fuzz:
	@set -e; for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$pkg; \
		done; \
	done
