"""The machine's help says what click would take, and nothing else."""

import json

import click

from triage import errors
from triage.cli import COMMANDS, cli
from triage.cli.command import AS_OPTION
from triage.kinds import KINDS


def described(triage, *names):
    return json.loads(triage("describe", *names, "--json"))


def command(triage, name):
    (found,) = described(triage, name)["commands"]
    return found


def test_every_command_is_described_in_the_order_of_the_help(triage):
    assert [each["name"] for each in described(triage)["commands"]] == list(COMMANDS)


def test_every_parameter_that_click_takes_is_told(triage):
    told = described(triage)
    shared = {spelling for each in told["shared_options"] for spelling in each["spellings"]}

    for each in told["commands"]:
        real = cli.get_command(click.Context(cli), each["name"])
        shown = [p for p in real.params if not getattr(p, "hidden", False)]
        options = {s for p in shown if isinstance(p, click.Option) for s in p.opts}
        arguments = [p.name for p in shown if isinstance(p, click.Argument)]
        assert {s for o in each["options"] for s in o["spellings"]} | shared == options
        assert [a["name"] for a in each["arguments"]] == arguments


def test_an_option_is_told_with_type_choices_default_and_help(triage):
    options = {each["spellings"][0]: each for each in command(triage, "search")["options"]}

    assert options["--limit"]["type"] == "integer"
    assert options["--limit"]["default"] == 20
    assert options["--kind"]["repeatable"] is True
    assert options["--best"] == {
        "name": "best",
        "type": "flag",
        "spellings": ["--best"],
        "help": options["--best"]["help"],
        "required": False,
        "repeatable": False,
    }
    assert all(each["help"] for each in options.values())


def test_the_choices_of_a_field_are_those_of_the_table_of_kinds(triage):
    options = {each["name"]: each for each in command(triage, "log")["options"]}

    assert options["type"]["choices"] == list(KINDS["entry"].fields["type"].choices)


def test_an_option_that_stands_for_an_argument_has_its_name(triage):
    assert AS_OPTION not in triage("describe", "--json")


def test_an_argument_is_told_with_whether_it_must_be_there(triage):
    title, outcome = command(triage, "log")["arguments"]

    assert (title["name"], title["required"]) == ("text", True)
    assert (outcome["name"], outcome["required"]) == ("outcome", False)


def test_the_error_object_is_told_as_it_is_printed(triage):
    shape = described(triage)["error"]["error"]

    assert triage.refused_json("done", "99").keys() == shape.keys()
    assert shape["retryable"] == "bool"


def test_every_exit_code_of_the_errors_is_told(triage):
    told = described(triage)

    assert {"0", "1", "2", "3", "4", "5", "6", "75", "130"} == told["exit_codes"].keys()
    assert {each["code"] for each in told["error_codes"]} >= {errors.Conflict.code, errors.StoreLocked.code}


def test_the_same_description_comes_twice(triage):
    assert triage("describe", "--json") == triage("describe", "--json")


def test_some_commands_are_described_as_they_are_among_all(triage):
    every = {each["name"]: each for each in described(triage)["commands"]}

    assert described(triage, "fix", "log")["commands"] == [every["fix"], every["log"]]


def test_the_text_has_a_line_of_usage_and_one_of_help_for_a_command(triage):
    first, second, last = triage("describe", "ref").splitlines()

    assert first.startswith("triage ref URL [TITLE] ")
    assert second == "    Record an address and what is found there."
    assert last == "every command also takes: --journal SLUG --store PATH --secret-env NAME... --json"


def test_the_text_names_options_by_their_long_names(triage):
    assert "[--dry-run]" in triage("describe", "write")


def test_an_unknown_command_is_refused_with_the_near_one(triage):
    assert triage.refused("describe", "lgo") == (3, "triage: no command 'lgo'; did you mean 'log'?")
