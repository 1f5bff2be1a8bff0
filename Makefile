# Everything starts from Python 3.11–3.13 alone: each target first makes .venv ready, which is quick when it is.
.DEFAULT_GOAL := help
.PHONY: help run test lint format bench catalogue lock image-check

BIN := .venv/bin
PORT ?= 8000
export PORT

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: ## Start secretsui with sample data (PORT=8000, AIRFLOW=0 without its Airflow, SAMPLE=0 for your own AWS)
	@tools/venv.sh run
	@exec $(BIN)/python -m secretsui.demo

test: ## Every test, then the database and task tests on PostgreSQL and Redis
	@tools/venv.sh dev
	@tools/tests.sh $(BIN)/pytest -n 2 --dist=loadfile --no-loadscope-reorder
	@tools/tests.sh $(BIN)/python -m tests.services run -- $(BIN)/pytest -m "database or broker" -n 2

lint: export SECRETSUI_DATA_DIR := $(CURDIR)/.cache/lint
lint: ## Format, lint, types, import contracts, templates, migrations, Dockerfile
	@tools/venv.sh dev
	$(BIN)/ruff format --check --quiet
	$(BIN)/ruff check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/hadolint Dockerfile

format: ## Let ruff format and mend what it can
	@tools/venv.sh dev
	$(BIN)/ruff format --quiet
	$(BIN)/ruff check --fix --quiet

bench: ## Print the measurements as JSON lines
	@tools/venv.sh dev
	$(BIN)/python -m bench

catalogue: ## Ask the newest providers which connection types they declare, and write that down
	@tools/venv.sh dev
	$(BIN)/python -m tools.conn_types generate
	$(BIN)/python -m tools.conn_types check
	$(BIN)/python -m tools.conn_types page

lock: ## Pin the requirements anew, from requirements*.in
	@tools/venv.sh dev
	tools/lock.sh

image-check: ## Build the image and start it for real, with buildah
	@tools/venv.sh dev
	tools/image_check.sh
