#!/bin/sh
export AIRFLOW_CONN_SFTP_US_POST='sftp://halden:<<sftp-us-old>>@sftp.us-post.example:22'
export AIRFLOW_VAR_ENVIRONMENT=prod-us
