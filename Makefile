# Everything below works on a fresh machine with Python 3.11 or newer; neither a compiler nor root is needed.
PYTHON ?= python3
BIN := .venv/bin
CASE ?= examples/back-pain-leaf.toml
CASES ?= ../shared/sbml-cases

ROOMS ?=

.PHONY: run test mutate fuzz lint types bench work-precision sbml-suite validate validation-page calibrate \
	calibrate-victims docs equations models lock clean

run: .venv/ready          ## simulate an example case and write its report
	$(BIN)/ketum run $(CASE) -o out

test: .venv/ready         ## lint, types, arrows between rooms, all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile

fuzz: .venv/ready         ## damage 10,000 case files and see that nothing breaks and no emergency is lost (half an hour)
	$(BIN)/python tests/fuzz/fuzz_cases.py

mutate: .venv/ready       ## plant small faults and count those that no test sees: make mutate ROOMS="crowd simulation"
	$(BIN)/python benchmarks/mutate.py $(ROOMS)

validate: .venv/ready     ## predicted against observed, for every human datum on file
	$(BIN)/ketum validate

sbml-suite: .venv/ready   ## run SBML Test Suite cases: make sbml-suite CASES=folder
	$(BIN)/ketum sbml-suite $(CASES)

bench: .venv/ready        ## side by side with other solvers, in one run
	$(BIN)/ketum bench

work-precision: .venv/ready  ## error against time for ketum and its peers; writes its figure and table into docs
	$(BIN)/python benchmarks/work_precision.py

calibrate: .venv/ready    ## fit the model to the human data again (under an hour on two cores)
	$(BIN)/python calibration/blood.py
	$(BIN)/python calibration/interaction.py
	$(BIN)/python calibration/effect.py
	$(BIN)/python calibration/victims.py

calibrate-victims: .venv/ready  ## estimate what CYP3A takes of each medicine from all its studies (about ten minutes)
	$(BIN)/python calibration/victims.py

models: .venv/ready     ## make the models' SBML from their Antimony
	$(BIN)/python calibration/models.py

validation-page: .venv/ready  ## write docs/validation anew
	$(BIN)/python calibration/validation_page.py
	$(BIN)/python calibration/interaction_page.py

equations: models         ## write down the formulas of kratom.ant that a screen uses, after the model has changed
	$(BIN)/python -m ketum.interaction.equations

docs: .venv/ready         ## build the documentation into site/
	$(BIN)/mkdocs build --strict

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("ketum needs Python 3.11 or newer; this is " + sys.version) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

lock:                     ## resolve the dependencies again (needs uv)
	uv pip compile pyproject.toml --extra dev --extra docs --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements.lock

clean:
	rm -rf .venv out site .pytest_cache .mypy_cache .ruff_cache .hypothesis
