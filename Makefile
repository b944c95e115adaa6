# Every command works on a fresh machine with python3: it makes .venv and installs there.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
export TF_CPP_MIN_LOG_LEVEL ?= 2

# The peers that results are compared with live beside it, each in an environment of its
# own. tensorflow-addons needs Python 3.9 to 3.11: `make ADDONS_PYTHON=python3.11 parity`.
ADDONS := $(VENV)-addons
TORCH := $(VENV)-torch
ADDONS_PYTHON ?= $(PYTHON)

.PHONY: demo test check parity peers evaluation augmentation

demo: $(VENV)/.installed-examples
	$(BIN)/tfmetric demo

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: $(VENV)/.installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy

# Fails if the comparison does not run: the variable asks for it.
parity: $(VENV)/.installed-test $(ADDONS)/reference.npz
	TFMETRIC_ADDONS_REFERENCE=$(ADDONS)/reference.npz \
	    $(BIN)/python -m pytest --quiet tests/addons/test_parity.py

peers: $(VENV)/.installed-test $(ADDONS)/.installed $(TORCH)/.installed
	$(BIN)/python benchmarks/peers/compare.py \
	    --addons $(ADDONS)/bin/python --torch $(TORCH)/bin/python

evaluation: $(VENV)/.installed-test $(TORCH)/.installed
	$(BIN)/python benchmarks/evaluation.py --torch $(TORCH)/bin/python

augmentation: $(VENV)-augmentation/.installed
	$(VENV)-augmentation/bin/python benchmarks/augmentation.py

$(ADDONS)/reference.npz: $(ADDONS)/.installed benchmarks/peers/addons_reference.py
	mkdir -p $(ADDONS)/models
	$(ADDONS)/bin/python -W ignore benchmarks/peers/addons_reference.py $@ $(ADDONS)/models

$(ADDONS)/.installed: PYTHON := $(ADDONS_PYTHON)
$(VENV)-%/.installed: benchmarks/peers/requirements-%.txt
	test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --requirement $<
	touch $@

$(VENV)/.installed-%: setup.cfg setup.py
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	touch $@
