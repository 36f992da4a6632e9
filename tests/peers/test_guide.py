"""The guide's programs are put together again from a flat text; here from one of our own."""

import hashlib
from pathlib import Path

import pytest

from tests.peers.guide import RECIPE, Guide, NotInTheText, indented
from tests.peers.test_samples import SECTIONS

FLAT = '''\
# a comment of its own
for name in [
"Ann", # who is the first
"Bob",
]:
if name:
print(f"""Hi
{name}""")
print("done")
'''
INDENTED = '''\
for name in [
"Ann", # who is the first
"Bob",
]:
    if name:
        print(f"""Hi
{name}""")
print("done")
'''


def test_a_flat_program_is_indented_by_logical_lines() -> None:
    assert indented(FLAT, "0120") == INDENTED


def test_a_level_too_few_or_too_many_is_an_error() -> None:
    for levels in ("012", "01200"):
        with pytest.raises(ValueError, match="zip"):
            indented(FLAT, levels)


def test_a_program_is_cut_out_of_the_text(tmp_path: Path) -> None:
    guide = _guide(tmp_path, 'indents = "0120"')

    assert guide.program("greeting") == INDENTED


def test_a_section_that_takes_a_client_for_granted_is_given_one(tmp_path: Path) -> None:
    guide = _guide(tmp_path, 'indents = "0120"\nneeds_client = true')

    assert guide.program("greeting") == f"from google import genai\nclient = genai.Client()\n{INDENTED}"


def test_pieces_are_put_into_a_program_of_our_own(tmp_path: Path) -> None:
    guide = _guide(tmp_path, "pieces = { said = [10, 10] }\nprogram = \"said = '$said'\"")

    assert guide.program("greeting") == """said = 'print("done")'"""


def test_a_changed_text_is_noticed(tmp_path: Path) -> None:
    guide = _guide(tmp_path, 'indents = "0120"')
    (tmp_path / "001_text.txt").write_text(f"Python\n\n{FLAT}")

    with pytest.raises(NotInTheText, match="lines 2 to 10 of text 001 are not those"):
        guide.program("greeting")


def test_a_folder_without_the_text_is_said_so(tmp_path: Path) -> None:
    guide = _guide(tmp_path, 'indents = "0120"')
    (tmp_path / "001_text.txt").unlink()

    with pytest.raises(NotInTheText, match="has 0 files for text 001"):
        guide.program("greeting")


def test_every_section_says_what_its_sample_prints() -> None:
    assert list(Guide(RECIPE.parent).sections) == list(SECTIONS)


def _guide(folder: Path, fields: str) -> Guide:
    """A guide with one program, from line 2 to line 10 of its text."""
    (folder / "001_text.txt").write_text(f"Python\n{FLAT}JavaScript\n")
    checksum = hashlib.sha256(FLAT.removesuffix("\n").encode()).hexdigest()[:12]
    recipe = folder / "guide.toml"
    recipe.write_text(f'[greeting]\ntext = "001"\nlines = [2, 10]\nsha256 = "{checksum}"\n{fields}\n')
    return Guide(folder, recipe)
