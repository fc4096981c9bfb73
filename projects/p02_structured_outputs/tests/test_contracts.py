"""The models at the boundary, and how an old version becomes the new one."""

import copy
import json
from decimal import Decimal
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from projects.p02_structured_outputs import contracts
from projects.p02_structured_outputs.contracts import (
    Boundary,
    Complaint,
    ContractError,
    Extraction,
    OrderRequest,
    ReturnRequest,
    read,
)


def boundary_models(kind: type[BaseModel] = Boundary) -> list[type[BaseModel]]:
    found = [kind]
    for child in kind.__subclasses__():
        found += boundary_models(child)
    return found


@pytest.mark.parametrize("model", boundary_models(), ids=lambda model: model.__name__)
def test_every_boundary_model_is_strict_closed_and_frozen(model: type[BaseModel]) -> None:
    config = model.model_config

    assert (config["strict"], config["extra"], config["frozen"]) == (True, "forbid", True)


@pytest.mark.parametrize("money", ["12.5", "12,50", "1e3", "-1.00", "012.50", "12.50\n", "", "12"])
def test_money_in_another_form_is_refused(payload: dict[str, Any], money: str) -> None:
    payload["requests"][0]["total"] = money

    with pytest.raises(ContractError, match="two decimal places"):
        read(payload)


def test_money_as_a_number_is_refused(payload: dict[str, Any]) -> None:
    payload["requests"][0]["total"] = 12.5

    with pytest.raises(ContractError, match="two decimal places"):
        read(payload)


def test_money_is_exact(payload: dict[str, Any]) -> None:
    payload["requests"][0]["items"][0]["unit_price"] = "0.10"

    item = read(payload).requests[0].items[0]

    assert item.unit_price is not None
    assert sum([item.unit_price] * 3, Decimal(0)) == Decimal("0.30")


@pytest.mark.parametrize("day", ["1706745600", "2026-02-30", "09/03/2026", "2026-03-09T00:00:00"])
def test_a_date_in_another_form_is_refused(payload: dict[str, Any], day: str) -> None:
    payload["requests"][0]["ordered_on"] = day

    with pytest.raises(ContractError, match="ordered_on"):
        read(payload)


def test_a_request_is_of_the_type_its_kind_names(payload: dict[str, Any]) -> None:
    complaint = {**payload["requests"][0], "kind": "complaint"}
    payload["requests"].append(complaint)

    first, second = read(payload).requests

    assert isinstance(first, ReturnRequest)
    assert isinstance(second, Complaint)


def test_the_quote_comes_before_the_verdict() -> None:
    for model in (OrderRequest, ReturnRequest, Complaint):
        assert list(model.model_fields)[:2] == ["quote", "kind"]


def test_an_extraction_cannot_be_changed(payload: dict[str, Any]) -> None:
    extraction = read(payload)

    with pytest.raises(ValidationError, match="frozen"):
        extraction.language = "pt"  # type: ignore[misc]  # that is what is tested


@pytest.fixture
def version_1() -> dict[str, Any]:
    return {
        "version": "1",
        "language": "en",
        "customer": "Ana",
        "kind": "return",
        "excerpt": "I want to return it.",
        "order_number": "ZX-1234567",
        "items": [{"name": "Brisa 320", "qty": 2, "price_cents": 5}],
        "currency": "EUR",
        "total_cents": 10_010,
        "bought_on": "2026-03-01",
        "arrived_on": None,
        "motive": "damaged",
        "asks_for": None,
    }


def test_version_1_becomes_version_2_to_the_cent(version_1: dict[str, Any]) -> None:
    request = read(version_1).model_dump(mode="json")["requests"][0]

    assert request["items"] == [
        {"product": "Brisa 320", "sku": None, "quantity": 2, "unit_price": "0.05"}
    ]
    assert (request["total"], request["ordered_on"]) == ("100.10", "2026-03-01")
    assert (request["quote"], request["reason"]) == ("I want to return it.", "damaged")


@pytest.mark.parametrize("cents", [0, 1, 99, 100, 101, 999_999_999])
def test_cents_keep_their_value(version_1: dict[str, Any], cents: int) -> None:
    version_1["total_cents"] = cents

    total = read(version_1).requests[0].total

    assert total is not None
    assert int(total * 100) == cents


def test_a_field_that_version_2_has_no_place_for_is_refused(version_1: dict[str, Any]) -> None:
    version_1["kind"] = "order"

    with pytest.raises(ContractError) as caught:
        read(version_1)

    lost = {problem.path for problem in caught.value.problems}
    assert lost == {"order_number", "bought_on", "motive"}


def test_an_order_of_version_1_becomes_an_order(version_1: dict[str, Any]) -> None:
    version_1 |= {"kind": "order", "order_number": None, "bought_on": None, "motive": None}

    assert isinstance(read(version_1).requests[0], OrderRequest)


def test_version_2_stays_as_it_is(payload: dict[str, Any]) -> None:
    before = copy.deepcopy(payload)

    assert json.loads(read(payload).model_dump_json()) == before


def test_an_unknown_version_is_refused(payload: dict[str, Any]) -> None:
    payload["version"] = "3"

    with pytest.raises(ContractError, match="no version"):
        read(payload)


def test_upcasting_the_newest_gives_the_same_object(payload: dict[str, Any]) -> None:
    extraction: Extraction = read(payload)

    assert contracts.upcast(extraction) is extraction
