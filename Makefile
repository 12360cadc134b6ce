# make book   build the book and say where it opens     make execute   run every notebook and save its outputs
# make test   prove and test everything                 make clean     remove what was built, .venv too
# make quick  the short tests, to be run while one works
# make lab    JupyterLab at the first chapter           make lab CHAPTER=1-3   at that one

PYTHON ?= python3
BIN    := .venv/bin
READY  := .venv/.ready
NOTEBOOKS := $(wildcard book/*.ipynb)

# One thread a notebook: sums come out in one order, and two notebooks run side by side.
export OMP_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1

# One file after the other goes to whichever worker is free, in the order of tests/conftest.py.
# Three for two cores: a worker waits for its browser, its kernels or its children a third of the time.
# `make quick` has none of these to wait for, and two are enough.
PYTEST := $(BIN)/pytest --dist loadfile --no-loadscope-reorder
CHAPTER := 1-1

.PHONY: book test quick lab execute clean

# Sphinx writes the pages again whose own text has changed. A new order of them changes
# what all of them say at the foot.
ORDER := $(shell find _toc.yml _config.yml -newer book/_build/html/searchindex.js 2>/dev/null)

# What was made where nothing was before is whole, and the tests take it as it is (tests/built.py).
WHOLE := $(if $(wildcard book/_build),,yes)

book: $(READY)
	@rm -f book/_build/made-from
	$(BIN)/jupyter-book build . --path-output book -W --keep-going -q $(if $(ORDER),--all)
	@$(if $(WHOLE),$(BIN)/python -m tests.built)
	@echo "The book is built. Open it in a browser:"
	@echo "  file://$(CURDIR)/book/_build/html/index.html"

test: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -n 3 --durations 20 \
		--nbval --nbval-current-env --nbval-cell-timeout 240 tests book

# No notebook, no browser, no mutant, and nothing else that is slow by tests/conftest.py.
quick: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(PYTEST) -n 2 -q -m "not slow" $(QUICK)

# "1-3" is 1-3-training and not 1-3-1-...: of what begins so, the last in order.
NOTEBOOK = $(or $(lastword $(sort $(filter book/$(CHAPTER)-%,$(NOTEBOOKS)))),$(error CHAPTER=$(CHAPTER): there is no such chapter))

QUICK := $(filter-out tests/browser/% tests/mutations/%,$(wildcard tests/*/ tests/test_*.py))

# The chapters are the course's own: trusted, their players play at once. `LAB` takes options.
# The folder of settings keeps JupyterLab from asking the network for news.
lab: $(READY)
	@$(BIN)/jupyter trust $(NOTEBOOKS)
	$(BIN)/jupyter lab --LabApp.app_settings_dir=$(CURDIR)/book/_lab $(LAB) $(NOTEBOOK)

execute: $(READY)
	$(BIN)/jupyter nbconvert --to notebook --execute --inplace --ExecutePreprocessor.record_timing=False $(NOTEBOOKS)

clean:
	rm -rf .venv book/_build companion.egg-info .hypothesis

$(READY): requirements.txt constraints.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $(READY)
