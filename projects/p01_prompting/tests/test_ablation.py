"""The table is honest, and the choice asks what is proven."""

from decimal import Decimal

import pytest

from projects.p01_prompting.ablation import (
    AblationError,
    Row,
    ablation,
    choose_strategy,
    gain,
    is_right,
    percentile,
)
from projects.p01_prompting.given.strategies import STRATEGIES, StrategyName
from shared.errors import ModelUnavailableError
from shared.testing import ScriptedModel, completion
from shared.world.desk import DeskItem

LEAD = "What is the extension of the lead of the desk Onda?"
ITEMS = (
    DeskItem(
        id="a", kind="routing", language="en", text="Late.", choices=("care",), accepted=("care",)
    ),
    DeskItem(id="b", kind="lookup", language="en", text=LEAD, accepted=("4711",)),
)


def row(strategy: StrategyName, right: str, usd: str | None = "1", *, live: bool = False) -> Row:
    marks = tuple(mark == "1" for mark in right)
    cost = None if usd is None else Decimal(usd)
    return Row(model="m", strategy=strategy, right=marks, usd=cost, live=live)


def test_a_proven_gain_is_worth_its_cost() -> None:
    rows = [row("zero_shot", "0" * 60 + "1" * 40), row("chain_of_thought", "1" * 100, "3")]

    choice = choose_strategy(rows)

    assert choice.strategy == "chain_of_thought"


def test_a_lead_by_luck_is_not_paid_for() -> None:
    rows = [row("zero_shot", "0011" * 25), row("self_consistency", "0111" + "0011" * 24, "5")]

    choice = choose_strategy(rows)

    assert choice.strategy == "zero_shot"
    assert "not proven" in choice.reason


def test_without_prices_tokens_decide() -> None:
    rows = [row("zero_shot", "01" * 20, None), row("react", "01" * 20, None)]

    assert choose_strategy(rows).strategy == "zero_shot"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [row("zero_shot", "01"), row("react", "01", live=True)],
        [row("zero_shot", "01"), row("react", "011")],
    ],
)
def test_rows_that_must_not_be_compared_are_refused(rows: list[Row]) -> None:
    with pytest.raises(AblationError, match="one model"):
        choose_strategy(rows)


def test_a_gain_counts_the_items_that_differ() -> None:
    found = gain(row("react", "1" * 30 + "01" * 35), row("zero_shot", "0" * 30 + "01" * 35))

    assert found.points == pytest.approx(0.3)
    assert found.low > 0
    assert found.verdict == "gain"


@pytest.mark.parametrize(("right", "over"), [("01" * 20, "01" * 20), ("10" * 20, "01" * 20)])
def test_no_difference_is_no_gain(right: str, over: str) -> None:
    assert gain(row("react", right), row("zero_shot", over)).verdict == "no gain"


@pytest.mark.parametrize(
    ("answer", "right"),
    [("227.052", True), ("The refund is 227.05 euros.", True), ("227.07", False), ("", False)],
)
def test_a_refund_is_right_to_the_cent(answer: str, *, right: bool) -> None:
    item = DeskItem(id="b", kind="refund", language="en", text="?", accepted=("227.05",))

    assert is_right(item, answer) is right


def test_a_percentile_is_a_value_that_occurred() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert percentile([], 0.95) == 0.0


@pytest.mark.anyio
async def test_a_table_counts_every_item_and_every_token() -> None:
    model = ScriptedModel(lambda _: completion("Answer: 4711"))

    rows = await ablation(ITEMS, (), {"sim-fast": model})

    assert [row.strategy for row in rows] == list(STRATEGIES)
    assert all(row.right == (False, True) and row.usd and row.p95_s > 0 for row in rows)
    assert sum(row.tokens for row in rows) == 12 * len(model.requests)


@pytest.mark.anyio
async def test_a_model_that_never_answers_is_an_error_not_a_row_of_zeros() -> None:
    model = ScriptedModel(lambda _: ModelUnavailableError("It is down."))

    with pytest.raises(ModelUnavailableError):
        await ablation(ITEMS, (), {"sim-fast": model}, ("zero_shot",))


@pytest.mark.anyio
async def test_an_item_that_fails_counts_as_wrong() -> None:
    model = ScriptedModel([ModelUnavailableError("It is down."), completion("Answer: 4711")])

    (found,) = await ablation(ITEMS, (), {"sim-fast": model}, ("zero_shot",))

    assert found.right == (False, True)
