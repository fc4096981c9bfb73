"""The documented API as OpenAPI 3.2, from the very models that request bodies are checked with."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.simulator.dialects import ollama_chat
from shared.simulator.dialects.anthropic_body import CountBody, MessagesBody
from shared.simulator.dialects.chat_body import ChatBody
from shared.simulator.dialects.embeddings import EmbeddingsBody
from shared.simulator.dialects.openai_completions import CompletionsBody
from shared.simulator.dialects.responses_request import ResponsesBody
from shared.simulator.dialects.transcriptions import FORMATS
from shared.simulator.profiles import Profile

EVENTS: Final = "text/event-stream"
LINES: Final = "application/x-ndjson"


class Operation(NamedTuple):
    """A route that takes a JSON body; ``answer`` names what every answer holds, and its type."""

    path: str
    summary: str
    body: type[BaseModel]
    answer: Mapping[str, str]
    streams: str = ""
    error: str = "OpenAIError"


OPERATIONS: Final = (
    Operation(
        "/v1/chat/completions",
        "OpenAI chat completions",
        ChatBody,
        {"id": "string", "object": "string", "model": "string", "choices": "array"},
        EVENTS,
    ),
    Operation(
        "/v1/responses",
        "OpenAI responses",
        ResponsesBody,
        {"id": "string", "object": "string", "model": "string", "output": "array"},
        EVENTS,
    ),
    Operation(
        "/v1/completions",
        "OpenAI completions, the older kind",
        CompletionsBody,
        {"id": "string", "object": "string", "model": "string", "choices": "array"},
        EVENTS,
    ),
    Operation(
        "/v1/embeddings",
        "OpenAI embeddings",
        EmbeddingsBody,
        {"object": "string", "data": "array", "model": "string", "usage": "object"},
    ),
    Operation(
        "/v1/messages",
        "Anthropic messages",
        MessagesBody,
        {"id": "string", "type": "string", "role": "string", "content": "array", "usage": "object"},
        EVENTS,
        "AnthropicError",
    ),
    Operation(
        "/v1/messages/count_tokens",
        "Anthropic token counts",
        CountBody,
        {"input_tokens": "integer"},
        error="AnthropicError",
    ),
    Operation(
        "/api/chat",
        "Ollama chat",
        ollama_chat.ChatBody,
        {"model": "string", "message": "object", "done": "boolean"},
        LINES,
        "OllamaError",
    ),
)
_LOOKS: Final = (
    ("/health", "Whether the server lives", {"status": "string"}),
    ("/v1/models", "The models", {"object": "string", "data": "array"}),
    ("/sim/run", "Which run of the simulator this is", {"simulator": "boolean", "mode": "string"}),
    ("/api/tags", "The models, as Ollama lists them", {"models": "array"}),
    ("/api/version", "The version, as Ollama tells it", {"version": "string"}),
)


def describe(profiles: Mapping[str, Profile]) -> dict[str, Any]:
    """Write the description; ``model`` is one of the names of ``profiles``."""
    bodies = [operation.body for operation in OPERATIONS]
    references, definitions = models_json_schema(
        [(body, "validation") for body in bodies], ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Any] = {**definitions["$defs"], **_ERRORS}
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        reference = references[operation.body, "validation"]
        schema = schemas[reference["$ref"].rpartition("/")[2]]
        embeds = operation.body is EmbeddingsBody
        schema["properties"]["model"] = _names(profiles, embeds=embeds)
        paths[operation.path] = {"post": _post(operation, reference)}
    for path, summary, answer in _LOOKS:
        paths[path] = {"get": {"summary": summary, "responses": {"200": _answer(_object(answer))}}}
    paths["/v1/models/{model}"] = {"get": _one_model(profiles)}
    paths["/v1/audio/transcriptions"] = {"post": _transcribe(profiles)}
    return {
        "openapi": "3.2.0",
        "info": {"title": "Simulator of language models", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def _names(profiles: Mapping[str, Profile], *, embeds: bool) -> dict[str, Any]:
    named = (one.name for one in profiles.values() if (one.control == "embedding") is embeds)
    return {"type": "string", "enum": list(named)}


def _post(operation: Operation, body: Mapping[str, Any]) -> dict[str, Any]:
    told = _answer(_object(operation.answer))
    if operation.streams:
        item = _object({"data": "string"} if operation.streams == EVENTS else operation.answer)
        told["content"][operation.streams] = {"itemSchema": item}
    return {
        "summary": operation.summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": told, "4XX": _error(operation.error)},
    }


def _one_model(profiles: Mapping[str, Profile]) -> dict[str, Any]:
    name = {"type": "string", "enum": list(profiles)}
    return {
        "summary": "One model",
        "parameters": [{"name": "model", "in": "path", "required": True, "schema": name}],
        "responses": {
            "200": _answer(_object({"id": "string", "object": "string", "owned_by": "string"})),
            "4XX": _error("OpenAIError"),
        },
    }


def _transcribe(profiles: Mapping[str, Profile]) -> dict[str, Any]:
    form = {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "model": _names(profiles, embeds=False),
            "response_format": {"type": "string", "enum": list(FORMATS)},
        },
        "required": ["file", "model"],
    }
    told = _answer(_object({"text": "string"}))
    told["content"]["text/plain"] = {"schema": {"type": "string"}}
    return {
        "summary": "OpenAI transcriptions",
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {"200": told, "4XX": _error("OpenAIError")},
    }


def _object(properties: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
    }


def _answer(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": "The answer", "content": {"application/json": {"schema": schema}}}


def _error(name: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{name}"}
    return {
        "description": "What is wrong with the request",
        "content": {"application/json": {"schema": schema}},
    }


def _wrapped(error: Mapping[str, Any], **others: Mapping[str, Any]) -> dict[str, Any]:
    properties = {"error": error, **others}
    return {"type": "object", "properties": properties, "required": list(properties)}


_ERRORS: Final[Mapping[str, Any]] = {
    "OpenAIError": _wrapped(
        {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
            "required": ["message", "type", "param", "code"],
            "additionalProperties": False,
        }
    ),
    "AnthropicError": _wrapped(
        _object({"type": "string", "message": "string"}), type={"const": "error"}
    ),
    "OllamaError": _wrapped({"type": "string"}),
}
