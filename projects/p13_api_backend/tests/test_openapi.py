"""Task 9, and the contract that is committed."""

import copy

from projects.p13_api_backend.__main__ import contract
from projects.p13_api_backend.openapi import (
    COMMITTED,
    PREVIOUS,
    JsonObject,
    breaking_changes,
    committed,
)

OLD = committed()


def changed(edit: str, *path: str, value: object = None) -> JsonObject:
    new = copy.deepcopy(OLD)
    place = new
    for name in path[:-1]:
        place = place[name]
    if edit == "drop":
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return new


def test_what_is_committed_is_what_the_code_says() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == contract()


def test_the_grader_holds_the_same_promise() -> None:
    held = COMMITTED.parent / "criteria" / "previous.json"

    assert held.read_text(encoding="utf-8") == PREVIOUS.read_text(encoding="utf-8")


def test_nothing_breaks_the_clients_of_the_release_before() -> None:
    assert breaking_changes(committed(PREVIOUS.name), OLD) == []


def test_what_a_client_trips_over_is_named() -> None:
    schemas = ("components", "schemas")
    news = [
        changed("drop", "paths", "/readyz"),
        changed("drop", *schemas, "Refund", "properties", "paid_at"),
        changed("set", *schemas, "Order", "properties", "total_cents", "type", value="string"),
        changed("set", *schemas, "RefundIn", "required", value=["amount_cents", "reason", "by"]),
        changed("set", *schemas, "RefundIn", "properties", "reason", "maxLength", value=9),
        changed("drop", *schemas, "Question", "properties", "order_id"),
        changed("set", *schemas, "AnswerState", "enum", value=["running", "done", "stopped", "x"]),
    ]
    news[1]["components"]["schemas"]["Refund"]["required"].remove("paid_at")

    said = [breaking_changes(OLD, new) for new in news]

    assert all(said), said
    assert "GET /readyz: is gone" in said[0]


def test_what_is_only_added_breaks_nobody() -> None:
    schemas = ("components", "schemas")
    text = {"type": "string"}
    news = [
        changed("set", "paths", "/v1/new", value=OLD["paths"]["/healthz"]),
        changed("set", *schemas, "Order", "properties", "note", value=text),
        changed("set", *schemas, "Question", "properties", "tone", value=text),
        changed("set", *schemas, "RefundIn", "properties", "reason", "maxLength", value=9_999),
        changed("set", "info", "title", value="Better"),
    ]

    assert [breaking_changes(OLD, new) for new in news] == [[]] * 5
