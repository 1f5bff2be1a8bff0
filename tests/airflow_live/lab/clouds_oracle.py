#!/usr/bin/env python3
"""lookup_oracle.py with Google and Azure behind servers of this machine, asked by the vendors' own clients.

GOOGLE_ADDRESS is where Secret Manager speaks gRPC, AZURE_AUTHORITY_HOST where Azure's login is, which shows a
certificate of AZURE_CA. Nothing else is replaced: Google's client takes its address from nowhere, and Azure's login
asks the public cloud about any authority that it does not know.
"""

from __future__ import annotations

import functools
import os
import sys

import lookup_oracle
import oracle


class ServedCloudsOracle(lookup_oracle.LookupOracle):
    def __init__(self) -> None:
        super().__init__()
        lead_google_home()
        lead_azure_home()


def lead_google_home():
    import grpc
    from airflow.providers.google.cloud._internal_client import secret_manager_client
    from google.auth.transport.grpc import AuthMetadataPlugin
    from google.auth.transport.requests import Request

    real = secret_manager_client.SecretManagerServiceClient
    transport = real.get_transport_class("grpc")
    channels = []  # one, as all worlds have the same service account

    def client(credentials, client_info):
        if not channels:
            signing = credentials.with_scopes(transport.AUTH_SCOPES).with_always_use_jwt_access(True)
            tokens = grpc.metadata_call_credentials(AuthMetadataPlugin(signing, Request()))
            both = grpc.composite_channel_credentials(grpc.local_channel_credentials(), tokens)
            channels.append(grpc.secure_channel(os.environ["GOOGLE_ADDRESS"], both))
        return real(transport=transport(channel=channels[0]), client_info=client_info)

    secret_manager_client.SecretManagerServiceClient = client


def lead_azure_home():
    from airflow.providers.microsoft.azure.secrets import key_vault

    key_vault.ClientSecretCredential = functools.partial(
        key_vault.ClientSecretCredential, disable_instance_discovery=True, connection_verify=os.environ["AZURE_CA"]
    )


if __name__ == "__main__":
    oracle.Oracle = ServedCloudsOracle
    sys.exit(oracle.main())
