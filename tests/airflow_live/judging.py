"""Two answers to the same question, and where they differ."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from secretsui.core import codec, simulate
from secretsui.core.codec import CodecError, Dialect


def comparable(answer: Mapping[str, Any]) -> str:
    """Without the words: of errors the class counts, and Airflow's warnings have no part in the answer."""
    kept = {name: value for name, value in answer.items() if name not in ("message", "warnings")}
    for name in [name for name in kept if name.endswith("_error")]:
        kept[name] = kept[name].partition(":")[0]
    return json.dumps(kept, sort_keys=True)


def differences(
    questions: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], ours: Sequence[Mapping[str, Any]]
) -> list[str]:
    assert len(theirs) == len(ours) == len(questions)
    return [
        f"asked   {json.dumps(question)[:2000]}\nairflow {json.dumps(their)[:2000]}\nwe      {json.dumps(our)[:2000]}"
        for question, their, our in zip(questions, theirs, ours, strict=True)
        if comparable(their) != comparable(our)
    ]


def check(found: Sequence[str], of: int, seed: int) -> None:
    assert not found, f"{len(found)} of {of} differ, SECRETSUI_SEED={seed}, such as\n" + "\n\n".join(found[:5])


def decoded(text: str, dialect: Dialect, words: Any) -> dict[str, Any]:
    """Our answer, spelled and respelled as the lab's would be."""
    answer: dict[str, Any]
    try:
        answer = simulate.describe(
            codec.decode_secrets_manager(text, dialect, words), dialect, simulate.DEFAULT_CONN_ID
        )
    except CodecError as failure:
        answer = {"error": failure.airflow_class} if failure.airflow_class else {"found": False}
    return json.loads(json.dumps(answer), parse_constant=str)
