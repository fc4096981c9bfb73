import pytest

from projects.p09_agents.given.contracts import Observation, Ticket
from projects.p09_agents.policy import ungrounded

TICKET = Ticket(id="T", customer_id="C", language="en", text="About QX-1234567, please.")
SEEN = [
    Observation(call_id="c0", tool="query_orders", status="ok", text='{"total": "120.50", "n": 3}'),
    Observation(call_id="c1", tool="track_parcel", status="error", text="failed 77 times"),
]


@pytest.mark.parametrize(
    ("text", "strange"),
    [
        ("Order QX-1234567 came to 120.50.", []),
        ("You have 3 of them.", []),
        ("It came to 20.50.", ["20.50"]),
        ("It came to 12.", ["12"]),
        ("It failed 77 times.", ["77"]),
        ("See QX-1234568 and QX-1234567.", ["qx-1234568"]),
        ("Nothing to count here.", []),
    ],
)
def test_numbers_that_no_tool_returned_are_found(text: str, strange: list[str]) -> None:
    assert ungrounded(text, TICKET, SEEN) == strange
