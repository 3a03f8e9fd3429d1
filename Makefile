# The first time any target runs it makes .venv from constraints.txt, whose hashes pin every package.
PYTHON ?= python3.11
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test bench-indicators slow check format lint types layers lock clean

demo: $(READY)
	rm -rf demo
	$(BIN)/recommender demo --out demo

.PHONY: report
# The page about the demo's model and run, which demo/ has to be there for.
report: $(READY)
	test -d demo || $(MAKE) demo
	$(BIN)/recommender report demo/models/cross-sell demo/offers --out demo/report.html \
		--data demo/snapshot.parquet --by segment --by region --by age_band

.PHONY: picture
# The picture at the head of the README, of the demo's report.
picture: report
	mkdir -p docs/images
	for scheme in light dark; do chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,1180 \
		$$(test $$scheme = light || echo --force-dark-mode) \
		--screenshot=docs/images/report-$$scheme.png file://$(CURDIR)/demo/report.html; done

.PHONY: sample
# Two hundred accounts with a month of usage, small enough to read; committed.
sample: $(READY)
	rm -rf data/sample
	$(BIN)/recommender simulate --accounts 200 --months 1 --csv --out data/sample
	rm -rf data/sample/truth

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

.PHONY: coverage
# The same tests with branch coverage, which doubles what they take.
coverage: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder --cov --cov-report=term

bench-indicators: $(READY)
	$(BIN)/python benchmarks/indicators.py

.PHONY: bench-contract bench-snapshot
bench-contract: $(READY)
	$(BIN)/python benchmarks/contract.py

bench-snapshot: $(READY)
	$(BIN)/python benchmarks/tiny_snapshot.py

.PHONY: bench-ranking bench-scoring
# Against the libraries that anyone can install; writes docs/benchmarks.md.
bench-ranking: $(READY)
	$(BIN)/python benchmarks/ranking --seeds 5

bench-scoring: $(READY)
	$(BIN)/python benchmarks/scoring.py

slow: $(READY)
	$(BIN)/python -m pytest -m slow -q

.PHONY: torture
# Kills, full disks, flipped bits and truncated files by the hundred.
torture: $(READY)
	$(BIN)/python -m pytest -m torture -q

.PHONY: torture-models
# 10,000 mutated model folders: each refused or sound, nothing run; two to three minutes of one core.
torture-models: $(READY)
	$(BIN)/python -m pytest -m torture tests/model -q -s

.PHONY: sbom audit
# What is pinned, with hashes, as CycloneDX; and what of it has a known vulnerability (asks PyPI's advisory database).
sbom: $(READY)
	mkdir -p build
	$(BIN)/cyclonedx-py requirements constraints.txt --pyproject pyproject.toml --output-reproducible --output-file build/sbom.json

audit: $(READY)
	$(BIN)/pip-audit --strict --disable-pip --require-hashes --requirement constraints.txt --progress-spinner off || { \
		echo "audit: what pip-audit says above is a vulnerability, or that it could not ask pypi.org/pypi/NAME/VERSION/json:"; \
		echo "a mirror that has the packages alone does not answer that, and it then says 'not found on PyPI'."; exit 1; }

.PHONY: bench-latency bench-memory bench-imports
bench-latency: $(READY)
	$(BIN)/python benchmarks/latency.py

# What a job holds in memory for 100,000 and 1,000,000 accounts; more by hand, with --accounts.
bench-memory: $(READY)
	$(BIN)/python benchmarks/memory.py

bench-imports: $(READY)
	$(BIN)/python benchmarks/imports.py

.PHONY: mutation bench-policy
# Mutates policy/ and offers.py; fails where a mutant survives that is not written down as equivalent.
mutation: $(READY)
	$(BIN)/mutmut run
	$(BIN)/mutmut results | $(BIN)/python tests/policy/survivors.py

bench-policy: $(READY)
	taskset -c 0 $(BIN)/python benchmarks/policy_masks.py

.PHONY: notebooks docs
# Each notebook in a kernel of its own; part of the tests, too.
notebooks: $(READY)
	$(BIN)/python -m pytest tests/notebooks -q

# The site, in build/site; built strictly by the tests, too.
docs: $(READY)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html; with its search: $(BIN)/python -m http.server --directory build/site"

.PHONY: spark bench-spark
# A standalone cluster of a master and two workers, on loopback; the local session is in `make test`.
spark: $(READY)
	$(BIN)/python -m pytest tests/spark tests/tracking/test_spark_udf.py -m "slow or not slow" -q

bench-spark: $(READY)
	$(BIN)/python benchmarks/spark.py

check: format-check lint types layers test

format: $(READY)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: format-check
format-check: $(READY)
	$(BIN)/ruff format --check .

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

lock: $(READY)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --generate-hashes --upgrade \
		--python-version 3.11 --no-header --no-annotate --quiet --output-file constraints.txt

# The pinned pip first: one before 23.3 asks for a newer release than the pinned one where a package is needed with an
# extra (coverage[toml]), and then refuses it for its missing hash.
$(READY): constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	sed -n '/^pip==/,/[^\\]$$/p' constraints.txt > .venv/pip.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r .venv/pip.txt
	$(BIN)/python -m pip install --quiet --require-hashes -r constraints.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis demo mutants
