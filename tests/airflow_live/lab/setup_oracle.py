"""What the real Airflow makes of settings: JSON lines in, the class and the kwargs of each backend out.

A line is {"env": {…}} or {"cfg": "text of airflow.cfg"}; each has a configuration of its own, and Airflow's own
function constructs the backend from it. The first line out is what Airflow had constructed when it was started.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from pathlib import Path
from unittest import mock

from airflow import configuration

SECTIONS = {"secrets": ("backend", ()), "workers": ("secrets_backend", (True,))}


def parser_of(folder, text):
    path = Path(folder) / "airflow.cfg"
    path.write_text(text)
    conf = configuration.AirflowConfigParser()
    conf.read(path)
    return conf


def constructed(mode):
    """With which kwargs Airflow calls which class."""
    seen = []
    section, (option, _) = next(item for item in SECTIONS.items() if item[1][1] == mode)
    backend = configuration.conf.getimport(section, option)
    construct = backend.__init__

    def recorded(self, **kwargs):
        seen.append(kwargs)
        construct(self, **kwargs)

    with mock.patch.object(backend, "__init__", recorded):
        made = configuration.get_custom_secret_backend(*mode)
    return {"class": name_of(made), "kwargs": seen[-1]}


def name_of(backend):
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def found(conf):
    with mock.patch.object(configuration, "conf", conf):
        sections = [name for name, (option, _) in SECTIONS.items() if conf.get(name, option, fallback="")]
        return {name: constructed(SECTIONS[name][1]) for name in sections}


def answer(question):
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, question.get("env", {})):
        try:
            return found(parser_of(folder, question.get("cfg", "")))
        except Exception as failure:
            return {"error": f"{type(failure).__name__}: {failure}"}


def main():
    sys.stdout.write(json.dumps([name_of(each) for each in configuration.secrets_backend_list]) + "\n")
    for line in sys.stdin:
        with contextlib.redirect_stdout(sys.stderr):  # constructors may print
            told = answer(json.loads(line))
        sys.stdout.write(json.dumps(told) + "\n")


main()
