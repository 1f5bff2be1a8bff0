"""Servers of other vendors for the stage, with one account, prefix and a few secrets each."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from tests.servers import azure, google, vault

URI: Final = "postgres://etl:s3cret@db.example:5432/sales"


class Vendors:
    """Azure's login is found by the environment alone, so its server is there before the product starts."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._open = folder, ExitStack()
        self.azure = self._open.enter_context(azure.serving_azure())
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {"AZURE_AUTHORITY_HOST": self.azure.url, "SECRETSUI_CREDENTIALS_DIR": str(folder)}

    def fill(self) -> Mapping[str, str]:
        """The addresses of the pages that are looked at."""
        places = [self._vault(), self._google(), self._azure()]
        return {name: address for place in places for name, address in place.items()}

    def _keep(self, name: str, content: str) -> str:
        (self._folder / name).write_text(content)
        return f"file:{name}"

    def _prefix(self, name: str, store: str, path: str, sep: str, **account: Any) -> Any:
        from django.contrib.auth.models import Group

        from secretsui.access.models import Grant, Level
        from secretsui.inventory.models import Account, Prefix

        made = Account.objects.create(name=name, **account)
        prefix = Prefix.objects.create(
            account=made, store_kind=store, region=made.region, path=path, sep=sep, kind="connection"
        )
        Grant.objects.bulk_create(Grant(prefix=prefix, group=each, level=Level.WRITE) for each in Group.objects.all())
        return prefix

    def _saved(self, prefix: Any, *keys: str, versions: int = 1, deleted: str = "") -> dict[str, str]:
        """The address of the last one."""
        from django.utils import timezone

        from secretsui.access.door import Job, open_prefix
        from secretsui.core.sensitive import Sensitive
        from secretsui.inventory import wiring
        from secretsui.stores.base import MUST_NOT_EXIST
        from secretsui.web.subject import Links
        from tests.web.rows import renew

        store = wiring.open_store(prefix)
        for key in keys:
            name, replaces = prefix.name_of(key), ""
            for number in range(versions):
                text = Sensitive(f"{URI}{number or ''}")
                replaces = store.write(name, text, replaces=replaces or MUST_NOT_EXIST, tags={"team": "data"})
            if key == deleted:
                store.delete(name, recovery_days=7)
            open_prefix(Job("stage"), prefix).refresh_one(name)
        renew(prefix, as_of=timezone.now(), complete=True)
        return {prefix.account.name: Links(prefix, prefix.name_of(keys[-1]))["show"]}

    def _vault(self) -> dict[str, str]:
        server = vault.Server()
        self._open.callback(server.stop)
        kept = self._keep("vault-token", vault.ROOT)
        given = {"vendor": "vault", "region": "secret", "endpoint_url": server.url, "options": {"auth": "token"}}
        prefix = self._prefix("vault-prod", "vault", "connections", "/", credential=kept, **given)
        return self._saved(prefix, "old_crm", "postgres_crm", versions=3, deleted="old_crm")

    def _google(self) -> dict[str, str]:
        server = self._open.enter_context(google.serving_google())
        given = {"vendor": "google", "region": "global", "endpoint_url": server.url}
        options = {"project": google.PROJECT}
        kept = self._keep("google.json", server.credential())
        prefix = self._prefix(
            "google-prod", "google", "airflow-connections", "-", credential=kept, options=options, **given
        )
        return self._saved(prefix, "bigquery_sales", versions=2)

    def _azure(self) -> dict[str, str]:
        shutil.copy(self.azure.ca_file, self._folder / "azure.pem")
        options = {"tenant_id": azure.TENANT, "client_id": azure.CLIENT, "ca_file": "file:azure.pem"}
        given = {"vendor": "azure", "region": "global", "endpoint_url": self.azure.url}
        kept = self._keep("azure-secret", azure.PASSWORD)
        prefix = self._prefix(
            "azure-prod", "azure", "airflow-connections", "-", credential=kept, options=options, **given
        )
        return self._saved(prefix, "wasb-old", "wasb-reports", deleted="wasb-old")

    def stop(self) -> None:
        self._open.close()
