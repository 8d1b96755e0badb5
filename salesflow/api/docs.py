"""What the API is, said from its table: a page in the reader's language and an OpenAPI 3.1 document."""

import ast
import functools
import inspect
import re

from django import forms
from django.http import JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from salesflow.api.table import OPS

KINDS = [  # the first that fits
    (forms.ModelMultipleChoiceField, {"type": "array", "items": {"type": "integer"}}),
    (forms.TypedMultipleChoiceField, {"type": "array", "items": {"type": "integer"}}),
    (forms.MultipleChoiceField, {"type": "array", "items": {"type": "string"}}),
    (forms.ModelChoiceField, {"type": "integer"}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.DecimalField, {"type": "string", "format": "decimal"}),
    (forms.IntegerField, {"type": "integer"}),
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.TimeField, {"type": "string", "format": "time"}),
    (forms.UUIDField, {"type": "string", "format": "uuid"}),
    (forms.Field, {"type": "string"}),
]
ERRORS = ("401", "403", "404", "409", "413", "415", "422", "429")


@require_safe
def docs(request):
    return render(request, "api/docs.html", {"groups": _groups(), "base": request.build_absolute_uri("/api/v1/")})


@require_safe
def openapi(request):
    return JsonResponse(document(request.build_absolute_uri("/")), json_dumps_params={"ensure_ascii": False})


def _groups():
    """[(first word of the address, its ops with what they take and give)]"""
    found = {}
    for op in OPS:
        fields = [(name, schema_of(field), field.required, field.label) for name, field in op.takes.items()]
        fields = [("version", {"type": "integer"}, True, "")] * op.versioned + fields
        fields = [(name, {"type": kind}, False, "") for name, kind in op.also] + fields
        filters = list(op.lists.base_filters) if op.lists else []
        found.setdefault(op.path.partition("/")[0], []).append((op, fields, filters, keys_of(op.shape)))
    return list(found.items())


def schema_of(field):
    """The JSON type of a form's field, with its length and its words where they are fixed."""
    kind = dict(next(schema for base, schema in KINDS if isinstance(field, base)))
    if getattr(field, "max_length", None):
        kind["maxLength"] = field.max_length
    choices = getattr(field, "choices", None)
    if type(field) is forms.ChoiceField and isinstance(choices, list) and choices:
        kind["enum"] = [str(value) for value, _words in choices if value != ""]
    return kind


@functools.cache
def keys_of(shape):
    """The names an answer has, read off the function that makes it."""
    if shape is None:
        return ()
    tree = ast.parse(inspect.getsource(shape))
    made = next(node for node in ast.walk(tree) if isinstance(node, ast.Return))
    return tuple(key.value for key in made.value.keys)


def document(base):
    """OpenAPI 3.1."""
    shapes = {op.shape.__name__: op.shape for op in OPS if op.shape}
    schemas = {
        name: {"type": "object", "properties": {key: {} for key in keys_of(shape)}} for name, shape in shapes.items()
    }
    schemas["problem"] = {
        "type": "object",
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
            "detail": {"type": "string"}, "request_id": {"type": "string"},
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        },
    }  # fmt: skip
    paths = {}
    for op in OPS:
        paths.setdefault(op.address, {})[op.method.lower()] = _operation(op)
    return {
        "openapi": "3.1.0", "info": {"title": "SalesFlow", "version": "1"}, "servers": [{"url": base.rstrip("/")}],
        "security": [{"token": []}], "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }  # fmt: skip


def _operation(op):
    given = {"$ref": f"#/components/schemas/{op.shape.__name__}"} if op.shape else {"type": "object"}
    if op.lists:
        given = {
            "type": "object",
            "properties": {"data": {"type": "array", "items": given}, "next": {"type": ["integer", "null"]}},
        }
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/problem"}}}
    said = {str(op.status): {"description": "OK", "content": {"application/json": {"schema": given}}}}
    said |= {code: {"description": code, "content": problem} for code in ERRORS}
    parts = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer" if kind == "int" else "string"}}
        for kind, name in re.findall(r"<(int|slug):(\w+)>", op.path)
    ]
    names = ["cursor", "limit", *op.lists.base_filters] if op.lists else ["scope"] if op.name == "month" else []
    parts += [{"name": name, "in": "query", "schema": {"type": "string"}} for name in names]
    found = {"operationId": f"{op.method.lower()}_{op.name}", "summary": str(op.words), "responses": said}
    if op.method != "GET":
        parts.append({"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}})
        fields = {name: schema_of(field) for name, field in op.takes.items()}
        fields |= {name: {"type": kind} for name, kind in op.also}
        body = {"type": "object", "properties": fields}
        if op.versioned:
            fields["version"] = {"type": "integer"}
            body["required"] = ["version"]
        found["requestBody"] = {"content": {"application/json": {"schema": body}}}
    return found | ({"parameters": parts} if parts else {})
