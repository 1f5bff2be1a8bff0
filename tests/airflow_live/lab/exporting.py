"""Add rows to the metadata database of this AIRFLOW_HOME, then run commands of the real CLI, all in one process.

One JSON object on stdin: `connections` and `variables` with keyword arguments of the models, `commands` with words.
"""

from __future__ import annotations

import json
import sys
import warnings

warnings.simplefilter("ignore")

from airflow.cli.cli_parser import get_parser
from airflow.models.connection import Connection
from airflow.models.variable import Variable
from airflow.settings import Session

asked = json.load(sys.stdin)
session = Session()
session.query(Connection).delete()
session.query(Variable).delete()
session.add_all(Connection(**row) for row in asked["connections"])
session.add_all(Variable(**row) for row in asked["variables"])
session.commit()
session.close()
for words in asked["commands"]:
    args = get_parser().parse_args(words)
    args.func(args)
