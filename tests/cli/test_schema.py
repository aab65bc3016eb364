import json

import pytest

from toolkit.cli.main import main
from toolkit.schema import RECORDS


def printed(capsys, *arguments):
    code = main(["schema", *arguments])
    return code, json.loads(capsys.readouterr().out)


def test_every_record_has_a_schema_that_can_be_resolved(capsys):
    code, schema = printed(capsys)
    assert code == 0
    assert len(schema["anyOf"]) == len(RECORDS)
    for each in schema["anyOf"]:
        definition = schema["$defs"][each["$ref"].rpartition("/")[2]]
        assert "schema_version" in definition["properties"]


@pytest.mark.parametrize("name", RECORDS)
def test_one_record_can_be_asked_for(capsys, name):
    _, schema = printed(capsys, name)
    assert len(schema["anyOf"]) == 1


def test_an_unknown_record_is_refused(capsys):
    assert main(["schema", "poem"]) == 2
    assert "no schema 'poem' (there are: article" in capsys.readouterr().err
