"""What the desk can do besides answering: look a fact up, work a refund out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Generic, TypeVar

from pydantic import Field

from shared.llm.messages import Frozen, Tool

SHOWN_FACTS = 4
WORD = re.compile(r"\w+")


class LookUp(Frozen):
    """Look up facts about classes, centres, couriers, desks, leads and extensions.

    Consulte classe, centro, transportadora, mesa, pessoa que comanda, ramal, prazo, taxa, limite.
    """

    question: str = Field(min_length=1, description="What to look up, in a whole question.")


class CalculateRefund(Frozen):
    """Calculate a refund exactly: units that come back, at a price each, less a fee in percent."""

    quantity: int = Field(ge=0, description="Units that come back.")
    unit_price: float = Field(ge=0, description="Price of one unit, in euros.")
    fee_percent: float = Field(ge=0, le=100, description="Restocking fee in percent.")


A = TypeVar("A", bound=Frozen)


@dataclass(frozen=True)
class DeskTool(Generic[A]):
    """A tool: its name, the type of its arguments, and what it does with them."""

    name: str
    arguments: type[A]
    use: Callable[[A], str]

    @property
    def offered(self) -> Tool:
        """Describe it to a model."""
        schema = self.arguments.model_json_schema()
        told = " ".join((self.arguments.__doc__ or "").split())
        return Tool(name=self.name, description=told, parameters=schema)

    def run(self, arguments: str) -> str:
        """Use it; raises ``ValidationError`` for arguments that are none of its own."""
        return self.use(self.arguments.model_validate_json(arguments))


def desk_tools(facts: Sequence[str]) -> tuple[DeskTool[LookUp], DeskTool[CalculateRefund]]:
    """Make the tools of a desk that knows these facts."""
    return (
        DeskTool("look_up", LookUp, lambda asked: look_up(asked.question, facts)),
        DeskTool("calculate_refund", CalculateRefund, calculate_refund),
    )


def look_up(question: str, facts: Sequence[str]) -> str:
    """Give the facts that share most words with the question."""
    asked = set(WORD.findall(question.casefold()))
    near = sorted(facts, key=lambda fact: -len(asked & set(WORD.findall(fact.casefold()))))
    return "\n".join(near[:SHOWN_FACTS]) or "Nothing is known."


def calculate_refund(given: CalculateRefund) -> str:
    """Work a refund out to the cent."""
    price, fee = Decimal(str(given.unit_price)), Decimal(str(given.fee_percent))
    kept = given.quantity * price * (100 - fee) / 100
    return f"The refund is {kept.quantize(Decimal('0.01'), ROUND_HALF_UP)} euros."
