"""Letters that were typed before the cursor came."""

import asyncio

import pytest

from client.ui.early import EarlyLetters
from client.ui.keyboard import Keyboard, letter_of


class Box:
    """A box whose hand rests when the test says so."""

    def __init__(self, text: str, keeps: bool) -> None:
        self.text, self.rests, self.keyboard = text, [], Keyboard()
        self.keyboard.await_cursor()
        self.early = EarlyLetters(self.keyboard, self.rest, lambda: self.text, self.write, keeps)

    async def rest(self, _seconds: float) -> None:
        self.rests.append(asyncio.Event())
        await self.rests[-1].wait()

    def write(self, text: str) -> None:
        self.text = text

    def press(self, letters: str) -> None:
        for letter in letters:
            self.keyboard.hear(letter)

    def enter(self) -> None:
        self.keyboard.cursor(1, here=True)
        self.early.entered()

    def tell(self, text: str) -> None:
        """Tell of a new text, as the box does."""
        self.early.changed(text)
        self.text = text


@pytest.mark.parametrize(
    ("before", "since", "keeps", "whole"),
    [("", "ta", True, "nota"), ("Vrea ", "Vrea ta", True, "Vrea nota"), ("Vrea ", "cu totul altceva", True, "nocu totul altceva"),
     ("hotel", "ta", False, "nota"), ("hotel", "hotel", False, "no"), ("", "", False, "no")],
)  # fmt: skip
async def test_letters_stand_before_those_that_were_typed_since(before, since, keeps, whole):
    box = Box(before, keeps)
    box.press("no")
    box.enter()
    putting = asyncio.create_task(box.early.settle())
    await asyncio.sleep(0)
    box.text = since
    while not putting.done():
        box.rests[-1].set()
        await asyncio.sleep(0)
    assert box.text == whole


async def test_they_wait_for_the_hand_to_rest_and_come_once():
    box = Box("", keeps=True)
    box.press("no")
    box.enter()
    putting = asyncio.create_task(box.early.settle())
    await asyncio.sleep(0)
    box.text = "t"
    box.rests[-1].set()
    await asyncio.sleep(0)
    assert box.text == "t"
    box.early.put_now()
    assert box.text == "not"
    box.early.put_now()
    box.rests[-1].set()
    await putting
    assert box.text == "not"


async def test_nothing_early_is_nothing_to_wait_for():
    box = Box("x", keeps=True)
    box.keyboard.release()
    box.enter()
    await box.early.settle()
    assert (box.text, box.rests) == ("x", [])


@pytest.mark.parametrize(
    ("key", "shift", "letter"),
    [("A", False, "a"), ("A", True, "A"), ("ț", False, "ț"), (" ", False, " "), ("7", False, "7"), ("7", True, ""),
     ("Arrow Down", False, ""), ("/", False, "")],
)  # fmt: skip
def test_a_key_types_what_its_name_tells(key, shift, letter):
    assert letter_of(key, shift=shift) == letter


async def test_a_cursor_that_comes_twice_loses_no_letter():
    box = Box("", keeps=True)
    box.press("no")
    box.enter()
    box.tell("t")
    box.enter()
    box.early.put_now()
    assert box.text == "not"


@pytest.mark.parametrize(
    ("before", "keeps", "early", "heard", "told", "whole"),
    [("", False, "po", "dg", "g", "podg"), ("", False, "", "dgg", "g", "dgg"), ("hotel", False, "po", "dg", "g", "podg"),
     ("Vrea ", True, "o", "fe", "Vrea e", "Vrea ofe"), ("", True, "o", "f", "f", "of"), ("", False, "po", "d", "ș", "poș"),
     ("", False, "", "dg", "G", "dG"), ("", False, "po", "d", "", "po")],
)  # fmt: skip
async def test_letters_that_came_into_no_box_though_the_cursor_was_there_are_not_lost(before, keeps, early, heard, told, whole):
    box = Box(before, keeps)
    box.press(early)
    box.enter()
    box.press(heard)
    box.tell(told)
    box.press("own")  # what is typed later is the box's own
    box.early.put_now()
    assert box.text == whole


@pytest.mark.parametrize("early", ["", "po"])
async def test_the_last_letters_of_a_hand_come_though_the_box_never_tells_of_them(early):
    box = Box("", keeps=False)
    box.press(early)
    box.enter()
    box.press("d")
    putting = asyncio.create_task(box.early.settle())
    await asyncio.sleep(0)
    box.rests[-1].set()
    await putting
    assert box.text == f"{early}d"


async def test_a_box_that_lost_the_cursor_hears_nothing_late():
    box = Box("", keeps=True)
    box.enter()
    box.press("d")
    box.keyboard.cursor(1, here=False)
    assert not box.keyboard.hears_late
    box.early.put_now()
    assert box.text == ""


async def test_what_is_heard_for_another_box_is_left_to_that():
    box = Box("", keeps=True)
    box.enter()
    other = EarlyLetters(box.keyboard, box.rest, lambda: "", box.write, keeps=True)
    box.keyboard.await_cursor()
    box.keyboard.cursor(2, here=True)
    other.entered()
    box.press("d")
    box.early.put_now()
    assert box.text == ""
    other.put_now()
    assert box.text == "d"
