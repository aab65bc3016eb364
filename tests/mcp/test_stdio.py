import json

import pytest
from mcp.types import jsonrpc_message_adapter
from pydantic import ValidationError

from toolkit.mcp.stdio import refused


def refusal_of(line):
    with pytest.raises(ValidationError) as caught:
        jsonrpc_message_adapter.validate_json(line, by_name=False)
    return refused(caught.value)


@pytest.mark.parametrize("number", [7, "seven"])
def test_a_request_with_half_of_a_character_is_answered(number):
    request = {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"a": "\ud83d"}}
    refusal = refusal_of(json.dumps(request))
    assert refusal.id == number
    assert "half of a character" in refusal.error.message


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        '{"jsonrpc":"2.0","id":7,',
        "[1]",
        "{}",
        '"\\ud83d"',
        '{"jsonrpc":"2.0","method":"a","params":{"a":"\\ud83d"}}',
        '{"jsonrpc":"2.0","id":7,"result":{"a":"\\ud83d"}}',
        f'{{"jsonrpc":"2.0","id":7,"method":"a","params":{"[" * 9999 + "]" * 9999}}}',
    ],
)
def test_where_nobody_waits_nothing_is_answered(line):
    assert refusal_of(line) is None
