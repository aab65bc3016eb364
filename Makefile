# Everything lives in .venv; each target sets up what it needs and is quick when repeated.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What the figures in docs/ are of; without a name each task takes the best model that is installed.
MEASURED := qwen2.5-coder-1.5b-news
SEED ?= seeds/004_3473a8a060ce66d5.txt
# A process for each core, up to four, since each takes over a gigabyte; idle ones take tests over.
PARALLEL := --numprocesses=auto --maxprocesses=4 --dist=worksteal
RUN ?= eval-runs/seeds-$(shell date +%Y%m%d-%H%M%S)

.DEFAULT_GOAL := help
.PHONY: help demo test coverage dist torture slow-test browser-test network-test ray-test lint format cleaning lexicon eval translation leaderboard support meaning summaries bench bench-serve bench-scale docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

# Where it is set, the hundreds of processes that tests start would each compile the toolkit.
test coverage: export PYTHONDONTWRITEBYTECODE :=

eval translation summaries bench: export TOOLKIT_MODEL = $(MEASURED)

demo: $(VENV)/base ## set up, pull the best models for this machine (once), summarize a French article
	@$(BIN)/toolkit models pull --yes
	@echo
	@echo "$$ toolkit summarize $(SEED)"
	@$(BIN)/toolkit summarize $(SEED)

test: $(VENV)/dev ## set up and run every check that needs no large model
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --num-workers 2
	@$(BIN)/pytest $(PARALLEL)

coverage: $(VENV)/dev ## name the lines that no test runs
	@$(BIN)/pytest $(PARALLEL) --cov --cov-report=term-missing:skip-covered

dist: $(VENV)/dev ## build sdist and wheel, and try the wheel in an empty environment
	@rm -rf dist
	@$(BIN)/python -m hatchling build --target sdist
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist dist/*.tar.gz
	@$(PYTHON) -m venv dist/venv
	@dist/venv/bin/python -m pip --disable-pip-version-check --quiet install \
	  --constraint constraints.txt dist/*.whl
	@cd dist && model=$$(venv/bin/toolkit doctor > doctor.txt 2>&1 || echo "--model fake"); \
	  seeds=$$(venv/bin/python -c "from toolkit.assets import asset_folder; print(asset_folder('seeds'))"); \
	  cat doctor.txt && venv/bin/toolkit summarize "$$seeds/$(notdir $(SEED))" $$model \
	  && venv/bin/toolkit eval gate --quiet && ls -l *.whl *.tar.gz

torture: $(VENV)/dev ## attack it for half an hour, or TORTURE_MINUTES=n
	@TORTURE_MINUTES=$${TORTURE_MINUTES:-30} $(BIN)/pytest tests/torture

slow-test: $(VENV)/dev ## run the checks with the default model, which must have been pulled
	@$(BIN)/pytest -m slow

browser-test: $(VENV)/browser ## look at the server's page with the Chromium of this machine
	@$(BIN)/pytest -m browser tests/browser

network-test: $(VENV)/dev ## pull three models from the real hub (2 GB) and translate with each
	@$(BIN)/pytest -m network

ray-test: $(VENV)/ray ## have Ray lose workers, a node and its head, in ten minutes
	@$(BIN)/pytest -m cluster

lint: $(VENV)/dev ## ruff and mypy only
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(VENV)/dev ## put the code into ruff's form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

cleaning: $(VENV)/baselines ## how well cleaning works, beside other tools
	@$(BIN)/python eval/cleaning.py
	@$(BIN)/python eval/cleaning.py --part test
	@$(BIN)/python eval/cleaning.py --folder kinds

lexicon: $(VENV)/base ## how well the lexicon finds words that a translation lost
	@$(BIN)/python eval/lexicon.py

eval: $(VENV)/base ## score the default model on the seed articles, and hold it to its floors
	@$(BIN)/toolkit models pull $(MEASURED)
	@$(BIN)/toolkit eval run seeds --output $(RUN)
	@$(BIN)/toolkit eval gate --run $(RUN)

translation: $(VENV)/base ## scores of the default model on all sentences translated by hand
	@$(BIN)/toolkit models pull $(MEASURED)
	@$(BIN)/toolkit eval run translation

leaderboard: $(VENV)/base ## write eval/results/README.md from the runs beside it
	@$(BIN)/toolkit eval report eval/results/*/ --format markdown > eval/results/README.md

support: $(VENV)/base ## how well the checks of summaries find what an article doesn't say
	@$(BIN)/python eval/support.py

meaning: $(VENV)/base ## how well confidence tells which translations mislead
	@$(BIN)/python eval/meaning.py

summaries: $(VENV)/base ## what the default model's summaries of 25 articles keep and break
	@$(BIN)/toolkit models pull $(MEASURED)
	@$(BIN)/python eval/summaries.py --show

bench: $(VENV)/dev ## speed and memory of cleaning and translation, as ratios
	@$(BIN)/python eval/bench_cleaning.py
	@$(BIN)/toolkit models pull $(MEASURED)
	@TOOLKIT_MODELS_FOLDER=$(VENV)/ctranslate2-models $(BIN)/toolkit models pull $(MEASURED) --engine ctranslate2
	@$(BIN)/python eval/bench.py
	@$(BIN)/python eval/bench_parts.py
	@$(BIN)/python eval/bench_translation.py
	@$(BIN)/python eval/bench_lexicon.py
	@$(BIN)/python eval/bench_summaries.py
	@$(BIN)/python eval/bench_safety.py
	@$(BIN)/python eval/bench_confidence.py
	@$(BIN)/python eval/bench_rows.py
	@$(BIN)/python eval/bench_machine.py

bench-serve: $(VENV)/dev ## what many clients of the server wait for, in 15 minutes
	@$(BIN)/toolkit models pull $(MEASURED)
	@$(BIN)/python eval/bench_serve.py --model $(MEASURED)

bench-scale: $(VENV)/ray ## what is left of a corpus run when machines fail, and how it scales
	@$(BIN)/toolkit models pull smollm2-135m-instruct
	@$(BIN)/python eval/bench_scale.py

docs: $(VENV)/docs ## build the documentation into site/
	@$(BIN)/python docs/generate_cli.py
	@$(BIN)/mkdocs build --strict --quiet

clean: ## remove the virtual environment and caches; models stay
	rm -rf $(VENV) site .mypy_cache .ruff_cache .pytest_cache .coverage dist

$(VENV)/created:
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/base: $(VENV)/created pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/baselines: $(VENV)/base
	$(PIP) install --constraint constraints.txt --editable '.[baselines]'
	@touch $@

$(VENV)/docs: $(VENV)/base
	$(PIP) install --constraint constraints.txt --editable '.[docs]'
	@touch $@

$(VENV)/dev: $(VENV)/base
	$(PIP) install --constraint constraints.txt --editable '.[torch,extractive,llamacpp,dev]'
	@touch $@

$(VENV)/browser: $(VENV)/dev
	$(PIP) install --constraint constraints.txt --editable '.[browser]'
	@touch $@

$(VENV)/ray: $(VENV)/dev
	$(PIP) install --constraint constraints.txt --editable '.[ray]'
	@touch $@
