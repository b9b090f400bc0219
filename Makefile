# Two commands: `make run` sets up, builds and opens the window; `make test` sets
# up and runs every test. The rest is what they are made of.

TAGS     := migrated_fynedo
VERSION  := $(shell sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
COMMIT   := $(shell git rev-parse --short=12 HEAD 2>/dev/null)
LDFLAGS  := -X main.version=$(VERSION) -X main.commit=$(COMMIT)
RELEASE  := -trimpath -ldflags "-s -w $(LDFLAGS)"
LINT     := golangci-lint@v2.15.0
WINRES   := GOFLAGS= go run github.com/tc-hib/go-winres@v0.3.3 simply --arch amd64 --icon resources/icons/roomkey.png \
	--product-name Roomkey --product-version $(VERSION) --file-version $(VERSION)
export GOFLAGS ?= -mod=readonly
export GOMEMLIMIT ?= 6GiB

.PHONY: run test build setup setup-test lint bench diagnose-bench windows darwin release wine tour fuzz facts texts clean

run: setup build
	@scripts/run.sh

build: bin/roomkey bin/roomkeyctl

.PHONY: bin/roomkey bin/roomkeyctl
bin/roomkey:
	go build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o $@ ./cmd/roomkey
bin/roomkeyctl:
	go build -ldflags "$(LDFLAGS)" -o $@ ./cmd/roomkeyctl

setup:
	@scripts/setup.sh build

setup-test:
	@scripts/setup.sh test

# Every test: core and window under the race detector, the
# keychain against a real gnome-keyring, the real window under Xvfb.
test: setup-test
	@scripts/test.sh

lint: bin/golangci-lint
	bin/golangci-lint run --build-tags $(TAGS) ./...

bin/golangci-lint:
	GOBIN=$(CURDIR)/bin GOFLAGS= go install github.com/golangci/golangci-lint/v2/cmd/$(LINT)

bench: setup-test
	@scripts/bench.sh

# Every fuzz target for FUZZTIME each (20s unless told).
fuzz:
	@scripts/fuzz.sh

# What the tests hold Roomkey to, made again from the full descriptions:
# make facts CONTRACTS=folder
facts:
	go run ./internal/facts/make $(or $(CONTRACTS),../shared/contracts) internal/facts/testdata

# The catalogue of everything that Roomkey says, made again from the source.
texts:
	go test . -run Texts -update -count=1

diagnose-bench:
	go run ./cmd/internal/diagnosebench

# Icon, version and manifest (sharp on every screen, no elevation)
# are linked in from the .syso files that winres makes.
windows: setup-test
	$(WINRES) --manifest gui --file-description Roomkey --original-filename Roomkey.exe --out cmd/roomkey/rsrc
	$(WINRES) --manifest cli --file-description "Roomkey for the terminal" --original-filename roomkeyctl.exe --out cmd/roomkeyctl/rsrc
	CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc \
		go build -tags $(TAGS) -trimpath -ldflags "-s -w -H=windowsgui $(LDFLAGS)" -o dist/windows/Roomkey.exe ./cmd/roomkey
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go build $(RELEASE) -o dist/windows/roomkeyctl.exe ./cmd/roomkeyctl

# roomkeyctl for a Mac; the window is made on one, by scripts/macos.sh. Here its
# packages are compiled, without those of Fyne that want Apple's headers.
darwin:
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build $(RELEASE) -o dist/darwin/roomkeyctl ./cmd/roomkeyctl
	CGO_ENABLED=0 GOOS=darwin GOARCH=arm64 go build -tags $(TAGS),ci -trimpath ./ui/... ./cmd/internal/...

# Everything that is published: docs/releasing.md.
release:
	@scripts/release.sh

# What only Windows can show, under Wine.
wine: windows
	@scripts/wine.sh

tour: setup
	go run -tags $(TAGS) ./cmd/tour docs/tour

clean:
	rm -rf bin dist cmd/*/*.syso
