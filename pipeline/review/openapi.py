"""What programs may read, in OpenAPI's words. One table; a test asks every address of it and compares."""

from typing import Any

_FILTERS = {
    "changes": ("state", "watch", "question", "kind", "speaker", "source", "certainty", "since", "until", "text"),
    "claims": ("text", "watch", "question", "speaker", "source", "certainty", "effect", "value", "unit", "low", "high", "since", "until"),
}  # fmt: skip
# Path, what it gives, its query parameters. Lists also come as .csv.
LISTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/changes", "Changes with how they stand, newest first; `state` is inbox unless given", (*_FILTERS["changes"], "limit", "after")),
    ("/claims", "Stored claims, newest arrivals first", (*_FILTERS["claims"], "limit", "after")),
    ("/states", "How each question stands, or stood", ("watch", "as_of", "known_at")),
    ("/watches", "The watches with their questions", ()),
    ("/speakers", "Speakers, those heard most often first", ("begins", "limit", "after")),
    ("/sources", "Feeds and how they answer", ()),
    ("/runs", "The last runs with their figures", ("limit",)),
    ("/articles", "Stored article versions, the newest first", ("source", "limit", "after")),
    ("/history", "What reviewers decided, newest first", ("limit", "after")),
)
SINGLE = (("/changes/{id}", "One change with both sentences, how it stands, and what was decided on it"),)


def described(server: str) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        server: The address of this review page, without a path.
    """
    paths: dict[str, Any] = {}
    for path, gives, params in LISTS:
        for form, media in (("json", "application/json"), ("csv", "text/csv")):
            content: dict[str, Any] = {media: {"schema": {"$ref": "#/components/schemas/List"} if form == "json" else {"type": "string"}}}
            paths[f"{path}.{form}"] = {"get": _operation(f"{gives}.", [_query(name) for name in params], content, f"{path[1:]}_{form}")}
    for path, gives in SINGLE:
        for form, media in (("json", "application/json"), ("csv", "text/csv")):
            known = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
            schema = {"type": "object"} if form == "json" else {"type": "string"}
            paths[f"{path}.{form}"] = {"get": _operation(f"{gives}.", [known], {media: {"schema": schema}}, f"change_{form}")}
    for path, gives, media in (
        ("/feeds/{watch}.atom", "The newest changes as an Atom feed; the watch `all` for all", "application/atom+xml"),
        ("/export/{watch}.zip", "The evidence bundle of a watch", "application/zip"),
    ):
        known = {"name": "watch", "in": "path", "required": True, "schema": {"type": "string"}}
        content = {media: {"schema": {"type": "string"}}}
        paths[path] = {"get": _operation(f"{gives}.", [known], content, path.split("/")[1])}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Claimwatch review", "version": "1", "description": "Read only. Rows are those of docs/formats.md, with `format`."},
        "servers": [{"url": server}],
        "security": [{"token": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "query", "name": "token"}, "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {
                "List": {
                    "type": "object", "required": ["rows", "next"],
                    "properties": {
                        "rows": {"type": "array", "items": {"type": "object"}},
                        "next": {"type": ["string", "null"], "description": "The address of the next page"},
                    },
                },
                "Error": {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}},
            },
        },
    }  # fmt: skip


def _operation(gives: str, params: list[dict[str, Any]], content: dict[str, Any], name: str) -> dict[str, Any]:
    problem = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}}
    return {
        "summary": gives, "operationId": name, "parameters": params,
        "responses": {
            "200": {"description": "Done", "content": content}, "400": {"description": "A parameter is wrong", **problem},
            "401": {"description": "No token", **problem}, "404": {"description": "No such thing", **problem},
        },
    }  # fmt: skip


def _query(name: str) -> dict[str, Any]:
    kind = {"limit": "integer", "low": "number", "high": "number"}.get(name, "string")
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string"}} if name == "kind" else {"type": kind}
    return {"name": name, "in": "query", "required": False, "schema": schema}
