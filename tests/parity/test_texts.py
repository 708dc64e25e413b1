"""The texts, the entities and the lists that ship are one: nothing that a person meets is without words in both languages."""

import json
import re
from importlib.resources import files

import pytest

from shared_models.entities.sync_conflict import SyncConflict
from shared_models.fields import columns, units
from shared_models.registry import CRM
from shared_models.rules import ACTIONS, Rules
from shared_models.texts import LANGUAGES, load
from sync_server.services.shipped_lists import LISTS, shipped_lists

CEDILLAS = re.compile("[şţŞŢ]")
ENTITIES = pytest.mark.parametrize("entity", CRM.entities, ids=lambda entity: entity.entity_name)


def forms(text):
    return list(text.values()) if isinstance(text, dict) else [text]


@pytest.mark.functions(140)
def test_both_languages_have_the_same_keys():
    assert set(load("en")) == set(load("ro"))


@pytest.mark.functions(140)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_count_has_every_form_of_the_language(language):
    needed = {"one", "other"} | ({"few"} if language == "ro" else set())
    assert {k for k, text in load(language).items() if isinstance(text, dict) and set(text) != needed} == set()


@pytest.mark.functions(140)
def test_romanian_is_written_with_commas_below():
    assert {key for key, text in load("ro").items() if any(CEDILLAS.search(form) for form in forms(text))} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_of_texts_is_sorted_by_key_with_none_given_twice(language):
    content = files("shared_models.texts").joinpath(f"{language}.json").read_text("utf-8")
    keys = [key for key, _ in json.loads(content, object_pairs_hook=list)]
    assert keys == sorted(set(keys))


@pytest.mark.functions(140)
@pytest.mark.parametrize("language", LANGUAGES)
@ENTITIES
def test_every_field_has_a_label(entity, language):
    known = load(language)
    assert f"entity.{entity.entity_name}" in known
    assert [c.name for c in columns(entity) if f"{entity.entity_name}.{c.name}" not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("entity", [e for e in CRM if e is not SyncConflict], ids=lambda entity: entity.entity_name)
def test_every_fixed_choice_has_a_label(entity, language):  # a card is told in sentences: card.title, card.tell
    name, known = entity.entity_name, load(language)
    keys = {f"value.{name}.{c.name}.{value}" for c in columns(entity) for value in c.values}
    assert {key for key in keys if key not in known} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_of_a_value_has_words(language):
    source = files("shared_models").joinpath("codec.py").read_text("utf-8")
    named = set(re.findall(r'"(problem\.\w+)"', source))
    assert len(named) > 5
    assert named - set(load(language)) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_of_rights_has_words(language):
    source, known = files("shared_models").joinpath("rights.py").read_text("utf-8"), load(language)
    named = set(re.findall(r'"(why\.\w+)"', source)) | {
        f"why.{how}" for how in re.findall(r'"(all|own|reports|team|mate)"', source)
    }
    named |= {f"why.do.{action}" for action in ACTIONS} | {f"why.source.{name}" for name in ("profile", "team", "person")}
    assert len(named) == 19
    assert named - set(known) == set()
    assert {f"right_group.{group}" for group in Rules(CRM, {}).groups} - set(known) == set()


@ENTITIES
def test_a_reference_names_an_entity_and_a_choice_names_a_list(entity):
    for column in columns(entity):
        assert column.col.references is None or column.col.references in CRM.by_name, column.name
        assert column.col.choices is None or column.col.choices in LISTS, column.name


@ENTITIES
def test_the_fields_of_a_group_have_one_policy_and_are_confidential_together(entity):
    for unit in units(entity).values():
        assert len({(c.col.merge, c.col.right_group) for c in columns(entity) if c.name in unit.fields}) == 1, unit.name


def test_every_list_that_ships_is_used_and_labelled_in_both_languages():
    used = {c.col.choices for entity in CRM for c in columns(entity)} - {None}
    assert used == set(LISTS)
    for name, values in shipped_lists():
        CRM.get(name).model_validate(values)
        assert not CEDILLAS.search(values["label_ro"])
