from __future__ import annotations

from pathlib import Path

import pytest

from secretsui.demo.child import ROOT
from secretsui.demo.plan import Plan, Refusal


def test_without_wishes_it_is_the_sample_on_port_8000_with_a_new_password():
    plan = Plan.from_environment({})
    assert (plan.port, plan.sample, plan.airflow, plan.data) == (8000, True, True, ROOT / "data")
    assert plan.address == "http://127.0.0.1:8000/"
    assert len(plan.password) >= 16
    assert plan.password != Plan.from_environment({}).password


def test_each_wish_is_heard(tmp_path: Path):
    wishes = {
        "PORT": "9001",
        "SAMPLE": "0",
        "SECRETSUI_DATA_DIR": str(tmp_path),
        "SECRETSUI_DEMO_PASSWORD": "of-my-choice",
    }
    assert Plan.from_environment(wishes) == Plan(
        9001, sample=False, airflow=False, data=tmp_path, password="of-my-choice"
    )


def test_the_airflow_can_be_left_out_of_the_sample():
    plan = Plan.from_environment({"AIRFLOW": "0"})
    assert (plan.sample, plan.airflow) == (True, False)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "8000 "])
def test_what_is_no_port_is_refused_by_name(port):
    with pytest.raises(Refusal, match=r"PORT=.* is no port\. Give a number from 1 to 65535"):
        Plan.from_environment({"PORT": port})


def test_the_sample_is_kept_away_from_real_credentials(tmp_path: Path):
    mine = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ACCESS_KEY_ID": "real",
        "AWS_SECRET_ACCESS_KEY": "real",
    }
    given = Plan(8000, sample=True, airflow=True, data=tmp_path, password="p").for_children(mine)
    assert "real" not in given.values()
    assert "AWS_PROFILE" not in given
    assert given["AWS_CONFIG_FILE"] == "/dev/null"


def test_without_the_sample_the_persons_credentials_pass(tmp_path: Path):
    mine = {"AWS_PROFILE": "production", "AWS_SESSION_TOKEN": "real", "AWS_ROLE_ARN": "arn"}
    given = Plan(8000, sample=False, airflow=False, data=tmp_path, password="p").for_children(mine)
    assert mine.items() <= given.items()


def test_no_child_but_the_one_that_sets_it_gets_the_password(tmp_path: Path):
    plan = Plan(8000, sample=True, airflow=True, data=tmp_path, password="of-my-choice")
    assert "of-my-choice" not in plan.for_children({"SECRETSUI_DEMO_PASSWORD": "of-my-choice"}).values()
