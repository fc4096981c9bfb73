"""Requests that one of several tools serves; tools' names are a house's own, as they often are."""

from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from shared.llm.messages import JsonSchema, Tool
from shared.simulator.sensitivity.tasks.names import places
from shared.simulator.sensitivity.trial import Item, calls, calls_nothing, offering

ORDERS = "Help the user. Call a tool where one serves."


@dataclass(frozen=True, slots=True)
class Kind:
    """A tool: what it is called here, told well and told badly, its argument, how it is needed."""

    name: str
    told: str
    badly: str
    argument: str
    asked: str
    code: str = ""


KINDS = (
    Kind("atlas_q", "Tell where a parcel is, by its tracking code.", "Atlas endpoint.",
         "reference", "Where is parcel {0} now?", "PX"),
    Kind("meteo2", "Forecast the weather in a town: rain, wind, temperature.", "Wrapper, v2.",
         "town", "What will the weather be in {0} tomorrow?"),
    Kind("svc_ledger", "Show what an invoice amounts to and whether it was paid.",
         "Talks to the ledger.", "reference", "Was invoice {0} paid?", "INV"),
    Kind("rail", "List the trains that leave from a town.", "Rail adapter.",
         "town", "Which trains leave from {0} this evening?"),
    Kind("stayfinder", "Find hotels with free rooms in a town.", "Partner API (stays).",
         "town", "I need a hotel room in {0} for two nights."),
    Kind("warrant_x", "Check the warranty of a device by its serial number.", "Internal.",
         "reference", "Is the device with serial number {0} still under warranty?", "SN"),
    Kind("menu_b", "Show the dishes that a town's canteen serves.", "Menu backend.",
         "town", "Which dishes does the canteen in {0} serve today?"),
    Kind("permit9", "Look up a building permit by its file number.", "Registry, table 9.",
         "reference", "What does building permit {0} allow?", "BP"),
)  # fmt: skip
NEEDLESS = (
    "Write two lines of verse about autumn.",
    "Thank you, that was all for now.",
    "Put this into polite words: you are late.",
    "What do you think makes a good friend?",
)
NEAR = MappingProxyType(
    {
        "atlas_q": (
            "How does one wrap a parcel of glass?",
            "Write a note to the neighbour who took a parcel in for me.",
            "What is the tracking code on a parcel made of?",
        ),
        "meteo2": (
            "Why does wind make a cold day feel colder?",
            "Write two lines about rain and wind.",
            "Is it wind or rain that makes a temperature feel low?",
            "How did people forecast rain and wind in a town of old?",
        ),
        "svc_ledger": (
            "What has to stand on an invoice?",
            "Write a polite reminder that an invoice was not paid.",
            "What amounts may an invoice show before it is paid?",
        ),
        "rail": (
            "Who built the first trains?",
            "Why do trains leave late in winter?",
            "Why did trains leave every town at another hour, long ago?",
        ),
        "stayfinder": (
            "What makes a good hotel?",
            "Write a complaint about a noisy room in a hotel.",
            "Do hotels keep rooms free for guests who come late?",
            "Should a town find money so that hotels give rooms for free?",
        ),
        "warrant_x": (
            "What does a device need to last?",
            "What does a warranty usually leave out?",
            "Where does one find the serial number of a device?",
            "Why is the warranty of a device tied to a serial number?",
        ),
        "menu_b": (
            "Suggest a dish with pumpkin.",
            "Which dishes does one serve with white wine?",
            "Which dishes should a canteen serve to children?",
            "Who decides which dishes the canteen of a town may serve?",
        ),
        "permit9": (
            "How does one learn to look after a building?",
            "Who may apply for a building permit?",
            "Why does a building permit have a number?",
            "On which file number does one look for a building permit, and why?",
        ),
    }
)
"""Requests that speak of what a tool is about and yet give it nothing to work on."""


NEARLY = 0.75
"""The share of needless requests that come near to what a tool does."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A request, the tools on offer, and which of them serves it: none, where ``name`` is empty."""

    text: str
    kinds: tuple[Kind, ...]
    name: str
    value: str

    def item(self, *, described: bool = True) -> Item:
        """Ask with tools that are told well, or badly."""
        tools = [_tool(kind, described=described) for kind in self.kinds]
        wanted = next((kind for kind in self.kinds if kind.name == self.name), None)
        judge = calls(wanted.name, **{wanted.argument: self.value}) if wanted else calls_nothing
        return Item(offering(ORDERS, self.text, tools), judge)


def errand(dice: Random, *, needless: bool = False, tools: int = 8) -> Errand:
    """Draw a request; ``needless`` ones are served by no tool."""
    kinds = tuple(dice.sample(KINDS, tools))
    if needless:
        near = dice.random() < NEARLY
        return Errand(
            dice.choice(NEAR[dice.choice(kinds).name] if near else NEEDLESS), kinds, "", ""
        )
    kind = dice.choice(kinds)
    value = f"{kind.code}-{dice.randint(1000, 99999)}" if kind.code else places(dice, 1)[0]
    return Errand(kind.asked.format(value), kinds, kind.name, value)


def _tool(kind: Kind, *, described: bool) -> Tool:
    parameters: JsonSchema = {
        "type": "object",
        "properties": {kind.argument: {"type": "string"}},
        "required": [kind.argument],
    }
    return Tool(
        name=kind.name, description=kind.told if described else kind.badly, parameters=parameters
    )
