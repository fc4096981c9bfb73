from collections import Counter
from statistics import fmean

from shared.llm.messages import ChatRequest, Message, Role, ToolCall, ToolResult, user
from shared.simulator.dice import Dice, call_dice
from shared.simulator.plan import Call


def call(text: str = "hello", model: str = "sim-fast", temperature: float | None = None) -> Call:
    return Call(model, ChatRequest(messages=(user(text),), temperature=temperature))


def test_equal_requests_draw_equal_numbers() -> None:
    assert call_dice(1, call()).uniform("a", 2) == call_dice(1, call()).uniform("a", 2)


def test_another_seed_request_model_or_temperature_draws_others() -> None:
    dice = [
        call_dice(1, call()),
        call_dice(2, call()),
        call_dice(1, call("bye")),
        call_dice(1, call(model="sim-smart")),
        call_dice(1, call(temperature=0.5)),
    ]

    assert len({one.uniform("a") for one in dice}) == len(dice)


def test_models_share_the_difficulty_of_an_item() -> None:
    one = call_dice(1, call())
    other = call_dice(1, call(model="sim-smart", temperature=0.9))

    assert one.difficulty("x") == other.difficulty("x")
    assert one.difficulty("x") != call_dice(1, call("bye")).difficulty("x")


def test_made_up_call_ids_change_nothing() -> None:
    def conversation(name: str) -> Call:
        called = ToolCall(id=name, name="find", arguments="{}")
        result = ToolResult(call_id=name, text="found")
        messages = (
            user("x"),
            Message(role=Role.ASSISTANT, parts=(called,)),
            Message(role=Role.TOOL, parts=(result,)),
        )
        return Call(model="sim-fast", request=ChatRequest(messages=messages))

    assert call_dice(1, conversation("a")).hex("id") == call_dice(1, conversation("b")).hex("id")


def test_uniform_draws_are_uniform_and_normal_draws_normal() -> None:
    dice = Dice(b"key")
    uniforms = [dice.uniform(number) for number in range(20_000)]
    normals = [dice.normal(number) for number in range(20_000)]

    deciles = Counter(int(uniform * 10) for uniform in uniforms)

    assert all(1_800 < count < 2_200 for count in deciles.values())
    assert abs(fmean(normals)) < 0.03
    assert abs(fmean(value * value for value in normals) - 1.0) < 0.05
