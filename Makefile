# Only Python 3.11 and make are needed: the first command makes .venv and installs into it.
PYTHON ?= python3
BIN := .venv/bin
VERSIONS ?= both
export PYTHONPATH := src

.PHONY: help install console console-dev web-packages demo test lint load freeze freeze-check snapshot schema bench attack chaos fuzz release clean

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/\t/' | expand -t 16

install: .venv/.installed  ## make .venv with everything that development needs

.venv/.installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@

console: .venv/.installed  ## build the console into src/pbdb/web/static
	$(BIN)/python hatch_build.py

console-dev: console  ## build the console again whenever a source changes, for a `pbdb serve` beside it
	cd src/pbdb/web && ../../../$(BIN)/deno run --allow-all node_modules/vite/bin/vite.js build --watch

web-packages: .venv/.installed  ## write @pbdb/client and @pbdb/react as npm tarballs into dist/
	$(BIN)/python -m pbdb.dev.web_packages dist

demo: .venv/.installed  ## start an embedded PostgreSQL and run playbooks in it
	$(BIN)/python -m pbdb demo

test: lint  ## everything, on PostgreSQL 16 and 18 (VERSIONS=16|18|both, or URL=a superuser's)
	$(BIN)/python -m pytest -n 4 --dist load --postgres $(VERSIONS) $(if $(URL),--postgres-url "$(URL)")

lint: .venv/.installed  ## style and types, of Python, SQL and TypeScript
	$(BIN)/python tests/lint.py

load: .venv/.installed  ## apply sql/ as it is now to the database in PBDB_DATABASE_URL
	psql "$(PBDB_DATABASE_URL)" -1 -q -f sql/load.sql

freeze: .venv/.installed  ## write what changed in sql/ into the next migration (NAME=add-this)
	$(BIN)/python -m pbdb.dev.freeze $(if $(NAME),--name $(NAME))

freeze-check: .venv/.installed  ## fail when sql/ and migrations/ disagree
	$(BIN)/python -m pbdb.dev.freeze --check

snapshot: .venv/.installed  ## write sql/schema.snapshot.sql, what `pbdb verify` expects and the references in docs/
	$(BIN)/python -m pbdb.dev.snapshot sql/schema.snapshot.sql src/pbdb/install/verify/installed.json
	$(BIN)/python -m pbdb.dev.reference docs/sql.md docs/internals.md

schema: .venv/.installed  ## write the JSON Schema of documents and the tables of step types to docs/, from a fresh database
	$(BIN)/python -m pbdb.dev.schema docs/playbook.schema.json docs/step-types.md
	$(BIN)/python -m pbdb.dev.rest docs/rest.md
	$(BIN)/python -m pbdb.dev.types src/pbdb/web/client/types.ts

bench: .venv/.installed  ## measure; writes bench/results
	$(BIN)/python -m bench

attack: .venv/.installed  ## try what one tenant or login must not reach, on PostgreSQL 16 and 18 (ARGS=queries for one corpus)
	PYTHONPATH=src:tests $(BIN)/python -m attack --postgres $(VERSIONS) $(ARGS)

chaos: .venv/.installed  ## kill workers and servers while playbooks run (ARGS=--full takes half an hour)
	PYTHONPATH=src:tests $(BIN)/python -m chaos $(ARGS)

fuzz: .venv/.installed  ## run 5,000 random playbooks, each twice, in the engine and in a reference (GRAPHS=n SEED=n)
	PYTHONPATH=src:tests $(BIN)/python -m model $(if $(GRAPHS),--graphs $(GRAPHS)) $(if $(SEED),--seed $(SEED))
	PBDB_FUZZ_EXAMPLES=100 $(BIN)/python -m pytest -n 0 --postgres 18 tests/model/test_state_machine.py

release: .venv/.installed  ## test, pin the migrations in SHA256SUMS, build wheel and sdist; or say why not
	$(BIN)/python -m pbdb.dev.release

clean:  ## remove what can be made again, the demo's data too
	rm -rf .venv .pbdb dist .pytest_cache .mypy_cache .ruff_cache
