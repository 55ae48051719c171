# Every target sets itself up; a second call starts in seconds.
BIN := .venv/bin
ARGS ?=
PYTEST_ARGS ?= -n 2

.PHONY: set-up demo test test-deep check lock bench-demo bench-drift bench-collect bench-store bench-schedules bench-change bench-audit test-chaos test-tamper fuzz-drift change-states clean
set-up:
	@.ci/set-up

demo: set-up
	@$(BIN)/trimtab demo $(ARGS)

test: set-up
	$(BIN)/pytest $(PYTEST_ARGS)

test-deep: set-up
	TRIMTAB_TEST_DEEP=1 $(BIN)/pytest -n 2 tests/drift

check: set-up
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/ansible-lint playbooks

lock: set-up
	$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --universal \
	  --python-version 3.11 pyproject.toml --group dev --extra vault -o requirements.lock

bench-demo: set-up
	@$(BIN)/python -m benchmarks.demo $(ARGS)

bench-drift: set-up
	@$(BIN)/python -m benchmarks.drift

bench-collect: set-up
	@$(BIN)/python -m benchmarks.collect $(ARGS)

bench-store: set-up
	@$(BIN)/python -m benchmarks.store $(ARGS)

bench-schedules: set-up
	@$(BIN)/python -m benchmarks.schedules $(ARGS)

bench-change: set-up
	@$(BIN)/python -m benchmarks.change $(ARGS)

bench-audit: set-up
	@$(BIN)/python -m benchmarks.audit $(ARGS)

test-tamper: set-up
	@$(BIN)/python -m tests.tamper $(ARGS)

test-chaos: set-up
	@$(BIN)/python -m tests.chaos $(ARGS)

fuzz-drift: set-up
	@$(BIN)/python -m tests.drift.fuzz $(ARGS)

change-states: set-up
	@$(BIN)/python -m changes.states_picture docs

clean:
	rm -rf .venv var api/web/static api/web/assets/node_modules
