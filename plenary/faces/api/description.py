"""Completing the OpenAPI description: the answers that every operation may give beside its own."""

from __future__ import annotations

from typing import Any

from ninja.openapi.schema import OpenAPISchema

PROBLEM = {
    "title": "Problem",
    "type": "object",
    "description": "What went wrong and what to do, after RFC 9457.",
    "properties": {
        "type": {"type": "string", "description": "A kind of problem; `about:blank` where the status says it all."},
        "title": {"type": "string", "description": "The problem in a few words."},
        "status": {"type": "integer", "description": "The HTTP status, once more."},
        "detail": {"type": "string", "description": "What to do about it."},
        "reference": {"type": "string", "description": "Tell it to the secretariat if you need help."},
        "problems": {
            "type": "object",
            "description": "Sentences by parameter, where parameters are at fault.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status", "detail"],
}

#: What any operation may answer, beside what its room says of it.
REFUSALS = {
    "400": "The request could not be read.",
    "404": "There is no such thing, or none that you may see.",
    "422": "Something that was sent has a value that does not hold; `problems` says what.",
    "429": "Too many requests; wait as long as `Retry-After` says.",
}
#: And those that need a token.
REFUSALS_BY_TOKEN = {
    "401": "There is no token, or it was revoked or has run out. `WWW-Authenticate` says so too.",
    "403": "The token lacks the scope, or its account may not do this.",
}
#: And those that change something.
REFUSALS_OF_CHANGES = {
    "409": "This cannot be done as things stand: the call is closed, a limit is reached, the state is another.",
    "413": "More than can be sent at once.",
}
#: And those that ask what their program has seen.
REFUSALS_OF_UPDATES = {
    "412": "Somebody else has changed it since. Fetch it anew, and make the change again.",
    "428": "Send the revision that you saw in `If-Match`.",
}


def complete(schema: OpenAPISchema) -> OpenAPISchema:
    """Add refusals, the scope that is needed, 304 and the header ``ETag`` to each operation, and the schema of problems."""
    schema["components"]["schemas"]["Problem"] = PROBLEM
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in schema["paths"].values():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", []):
                if isinstance(parameter.get("examples"), list):
                    del parameter["examples"]  # they stand in the parameter's schema, where a list is right
                if parameter["name"] == "If-Match":
                    parameter["required"] = True  # left out, it is answered by 428 and not by 422
                    parameter["schema"].pop("default", None)
            answers = {str(status): answer for status, answer in operation["responses"].items()}
            if scope := operation.pop("x-scope", ""):
                operation["security"] = [{"Token": [scope]}]  # OpenAPI 3.1 takes scopes with any kind of security
            if method == "get":
                answers.get("200", {}).setdefault("headers", {"ETag": {"description": "Identifies this answer.", "schema": {"type": "string"}}})
                answers["304"] = {"description": "Nothing changed since the answer whose ETag was sent."}
            if operation.pop("x-revision", False):
                _add_revision(answers)
            if method == "post" and "201" in answers:
                answers["201"].setdefault("headers", {})["Location"] = {"description": "Where what was made is.", "schema": {"type": "string"}}
            for status, words in refusals_of(method, operation).items():
                answers[status] = {"description": words, "content": content}
            operation["responses"] = dict(sorted(answers.items()))
    return schema


def refusals_of(method: str, operation: dict[str, Any]) -> dict[str, str]:
    """How an operation may refuse: status and words."""
    found = dict(REFUSALS)
    if operation.get("security"):
        found |= REFUSALS_BY_TOKEN
    if method != "get":
        found |= REFUSALS_OF_CHANGES
    if any(each["name"] == "If-Match" for each in operation.get("parameters", [])):
        found |= REFUSALS_OF_UPDATES
    return found


def _add_revision(answers: dict[str, Any]) -> None:
    header = {"description": "The revision, to be sent back in `If-Match` with the next change.", "schema": {"type": "string"}}
    for status, answer in answers.items():
        if status.startswith("2"):
            answer.setdefault("headers", {})["ETag"] = header


def type_of(schema: dict[str, Any]) -> tuple[str, str]:
    """A field's type in words, and the name of the component it is made of (empty where there is none)."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return name, name
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            parts = [type_of(part) for part in schema[key]]
            return " | ".join(dict.fromkeys(words for words, _name in parts)), next((name for _words, name in parts if name), "")
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"]), ""
    if "const" in schema:
        return str(schema["const"]), ""
    if schema.get("type") == "array":
        words, name = type_of(schema.get("items", {}))
        return f"[{words}]", name
    if isinstance(schema.get("additionalProperties"), dict):
        words, name = type_of(schema["additionalProperties"])
        return f"{{string: {words}}}", name
    words = schema.get("type", "any")
    return f"{words} ({schema['format']})" if "format" in schema else str(words), ""
