"""`toolkit schema`: what the JSON outputs hold."""

import json
from typing import Annotated

import typer
from pydantic.json_schema import models_json_schema

from toolkit.cli.console import show
from toolkit.errors import UsageError
from toolkit.schema import RECORDS, SCHEMA_VERSION


def schema_command(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Which schema: article, together, cleaning, text or summary. [default: all]"
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of the JSON outputs."""
    if name is not None and name not in RECORDS:
        raise UsageError(f"no schema '{name}' (there are: {', '.join(RECORDS)})")
    records = [record for key, record in RECORDS.items() if name in (None, key)]
    references, schema = models_json_schema([(record, "serialization") for record in records])
    schema |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Outputs of toolkit, version {SCHEMA_VERSION}",
        "anyOf": list(references.values()),
    }
    show(json.dumps(schema, ensure_ascii=False, indent=2))
