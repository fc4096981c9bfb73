"""What every suite asks: the same questions, tools and schemas for every client."""

from typing import Any, Final, Literal

from pydantic import BaseModel, Field

QUESTION: Final = (
    "Read the text and answer the question.\n\n"
    "Text: Ana lives in Porto. Bruno lives in Faro.\n\nQuestion: Who lives in Faro?"
)
WEATHER: Final = "What is the weather in Porto?"
BOTH: Final = "What is the weather in Porto, and what time is it in Faro?"
REPORT: Final = "Order A-1042: both kettles arrived broken. I want a refund for 2 units."
TOO_LONG: Final = "word " * 9_000
"""More than ``sim-nano`` can hold."""


class Ticket(BaseModel):
    """A customer's request, as the support desk files it."""

    kind: Literal["refund", "repair", "question"] = Field(description="what the customer wants")
    order: str = Field(description="number of the order, such as A-1042")
    quantity: int = Field(description="how many units it is about")


def city_tool(name: str, description: str) -> dict[str, Any]:
    """Describe a tool that takes a city, in OpenAI's form."""
    city = {"type": "string", "description": "name of the city"}
    parameters = {
        "type": "object",
        "properties": {"city": city},
        "required": ["city"],
        "additionalProperties": False,
    }
    told = {"name": name, "description": description, "parameters": parameters, "strict": True}
    return {"type": "function", "function": told}


GET_WEATHER: Final = city_tool("get_weather", "Get the current weather in a city")
GET_TIME: Final = city_tool("get_time", "Get the local time in a city")
