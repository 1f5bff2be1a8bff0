#!/bin/sh
export AIRFLOW_CONN_CRM_DB='postgres://svc_crm:sample-not-real@db.example/crm'
export AIRFLOW_VAR_STAGE=dev AIRFLOW_VAR_SECOND="two words"
AIRFLOW_VAR_LATER=x; export AIRFLOW_VAR_LATER
AIRFLOW_VAR_NOT_EXPORTED=y
export AIRFLOW_VAR_TOKEN=$(aws ssm get-parameter --name token)
export AIRFLOW__SECRETS__BACKEND=example.Loses
export AIRFLOW_CONN_GONE=http://h.example
unset AIRFLOW_CONN_GONE
if [ "$MWAA_AIRFLOW_COMPONENT" = "worker" ]; then
  export AIRFLOW_VAR_ROLE=worker
fi
export AIRFLOW_CONN_LONG="{\"conn_type\": \"http\",
  \"host\": \"h.example\"}"
[ -f /x ] && export AIRFLOW_VAR_MAYBE=1
export AIRFLOW_VAR_JOINED=one\
two
. /usr/local/airflow/more.sh
