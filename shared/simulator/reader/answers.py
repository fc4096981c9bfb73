"""The whole answer to a request: words, a JSON object, or calls of tools."""

import json

from shared.llm.messages import Tool
from shared.simulator.plan import Draft, DraftCall
from shared.simulator.reader import rewrite
from shared.simulator.reader.aid import Aid
from shared.simulator.reader.conversation import Prompt
from shared.simulator.reader.fill import Filler
from shared.simulator.reader.inject import intrusion_in, obedient_text, obeys
from shared.simulator.reader.passages import Passage
from shared.simulator.reader.qa import NOTHING
from shared.simulator.reader.repair import repaired
from shared.simulator.reader.saying import Speaker
from shared.simulator.reader.schema import Form, JsonObject, properties_of, schema_depth
from shared.simulator.reader.shown import schema_shown
from shared.simulator.reader.slips import Slips
from shared.simulator.reader.tools import choose as choose_tools
from shared.simulator.reader.tools import rank


class Reply(Speaker):
    """Decides what to say to a request, and in which form."""

    def draft(self, *, json_mode: bool, parallel: bool) -> Draft:
        """Decide what to say."""
        intruded = self._intruded()
        if intruded is not None:
            return intruded
        if self.request.tools and self.request.tool_choice != "none":
            called = self._calls(parallel=parallel)
            if called is not None:
                return called
        schema = self._schema(json_mode=json_mode)
        if schema is not None:
            return self._structured(schema)
        return self._text()

    def _intruded(self) -> Draft | None:
        """Do what an instruction in the data says, where the model falls for it."""
        results = [
            Passage(c.result, "", "tool", delimited=True) for c in self.prompt.calls if c.result
        ]
        found = intrusion_in((*self.prompt.data, *results)) if self._has_task else None
        if found is None or not obeys(found, self.profile, self.slips, self.prompt.orders):
            return None
        ranked = (
            rank(self.request.tools, found.text, self.limits)
            if self.request.tool_choice != "none"
            else []
        )
        if ranked and ranked[0].score >= self.limits.tool_fit:
            form = self._arguments(ranked[0].tool, found.text)
            arguments = json.dumps(form.value, ensure_ascii=False)
            return Draft(tool_calls=(DraftCall(ranked[0].tool.name, arguments),), evidence=0.6)
        if self.request.response_schema is not None:
            return None
        return Draft(text=obedient_text(found, self.prompt.orders), evidence=0.6)

    @property
    def _has_task(self) -> bool:
        """Whether there is data apart from the request itself."""
        return bool(self.prompt.passages or self.prompt.calls or self.prompt.orders)

    # Structure.

    @property
    def aid(self) -> Aid:
        """What schema leaves may ask of the rest of the reader."""
        return Aid(
            answer=lambda: self.found if self.knows or not self._abstains() else NOTHING,
            say=self.say,
            queries=self.queries,
            summary=self.summary,
            keywords=self.keywords,
            solve=self.solve,
        )

    def _schema(self, *, json_mode: bool) -> JsonObject | None:
        wanted = self.request.response_schema
        if wanted is not None and (wanted.strict or wanted.json_schema.keys() - {"type"}):
            return wanted.json_schema
        json_mode = json_mode or wanted is not None
        return schema_shown(self.prompt, json_mode=json_mode)

    def _structured(self, schema: JsonObject) -> Draft:
        form = self._fill(self.prompt, schema)
        value, evidence = form.value, form.evidence
        if self.prompt.feedback:
            value = repaired(self.prompt, schema, value)
        sure = sum(evidence) / len(evidence) if evidence else 0.6
        text = json.dumps(value, ensure_ascii=False)
        return Draft(
            text=text, evidence=sure, invented=text, reasoning_tokens=self._reasoning_tokens()
        )

    def _fill(self, prompt: Prompt, schema: JsonObject) -> Form:
        depth = schema_depth(schema, schema)
        features = {
            **self.slips.features,
            "depth": depth / max(1, self.limits.depth),
            "fields": json_size(schema) / 40,
        }
        slips = Slips(self.profile, self.slips.dice, features, self.slips.temperature)
        return Filler(prompt, self.limits, slips, self.aid).fill(schema)

    def _calls(self, *, parallel: bool) -> Draft | None:
        ask = self.question or self.prompt.message
        if (
            self.prompt.ends_with_results
            and self.request.tool_choice in {"auto", "none"}
            and self._answered()
        ):
            return None
        asks = rewrite.split_question(ask) if parallel else [ask]
        calls = choose_tools(
            self.request.tools,
            asks,
            self.prompt.calls,
            limits=self.limits,
            slips=self.slips,
            fill=self._arguments,
            forced=self.request.tool_choice if self.request.tool_choice != "auto" else "",
            parallel=parallel,
        )
        if not calls:
            return None
        return Draft(
            tool_calls=tuple(calls), evidence=0.85, reasoning_tokens=self._reasoning_tokens()
        )

    def _answered(self) -> bool:
        """Tell whether the results of tools already answer."""
        return self.found.evidence >= self.limits.abstention or all(
            c.result for c in self.prompt.calls
        )

    def _arguments(self, tool: Tool, ask: str) -> Form:
        results = "\n".join(c.result for c in self.prompt.calls if c.result)
        text = "\n".join(x for x in (ask, results, *(p.text for p in self.prompt.passages)) if x)
        seen = Prompt(self.prompt.orders, "", text, (), self.prompt.examples, self.prompt.turns)
        form = self._fill(seen, tool.parameters)
        value, made_up = form.value, form.made_up
        if self.prompt.feedback:
            # The call was made already: what it takes is a better one.
            value, made_up = repaired(self.prompt, tool.parameters, value), 0.0
        return Form(value if isinstance(value, dict) else {}, form.evidence, made_up)


def json_size(schema: JsonObject) -> int:
    """Count the fields a schema names, its definitions included."""
    definitions = schema.get("$defs")
    inner = (
        [d for d in definitions.values() if isinstance(d, dict)]
        if isinstance(definitions, dict)
        else []
    )
    return len(properties_of(schema)) + sum(len(properties_of(d)) for d in inner)
