# Every command of the project. The logic lives in scripts/, so that it can be checked by
# shellcheck and run without make.

.PHONY: help setup demo test test-services lint bench lock clean

help: ## Cette aide
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: ## Environnement et dépendances de développement
	@scripts/setup.sh dev

demo: ## Lance la démonstration complète (PORT=8000 par défaut)
	@scripts/demo.sh

test: ## Toute la suite de tests, navigateur compris, sans serveur à installer
	@scripts/test.sh

test-services: ## La même suite sur PostgreSQL et Redis, avec un vrai worker
	@scripts/test_services.sh

lint: ## Format, règles, types, contrats d'import, migrations, sécurité, OpenAPI, scripts
	@scripts/lint.sh

bench: ## Mesures sur PostgreSQL (voir docs/mesures.md)
	@scripts/bench.sh

lock: ## Recalcule requirements*.txt avec leurs empreintes
	@scripts/lock.sh

clean: ## Retire l'environnement et les caches, garde les données de var/
	@scripts/clean.sh
