"""A store of blocks: whatever happens to its files, its numbers are those that were written, or none."""

import random
import shutil
from functools import partial

import numpy as np
import pytest
import zarr

from ketum.engine.runs import files as on_disk
from ketum.engine.runs import store
from ketum.errors import OutputError

PEOPLE, BLOCK = 23, 4
MADE_FROM = {"seed": "1"}
RIGHT = {"a": np.arange(PEOPLE * 3.0).reshape(PEOPLE, 3), "deep/b": -np.arange(PEOPLE * 1.0)}
RIGHT["a"][5, 1] = np.nan  # what is not defined is no loss


def lay_out(path, axis):
    group = zarr.create_group(path, zarr_format=3, attributes={"unfinished": True})
    for name, values in RIGHT.items():
        shape = turned(values, axis).shape
        chunks = tuple(2 * BLOCK if size == PEOPLE else size for size in shape)
        group.create_array(
            name, shape=shape, chunks=chunks, dtype="float64", fill_value=np.nan, compressors=on_disk.compressor()
        )
    on_disk.consolidate(path)


def turned(values, axis):
    return np.moveaxis(values, 0, axis)


def opened(path, axis=0, **more):
    call = {"kind": "a store", "made_from": MADE_FROM, "people": PEOPLE, "axis": axis, "block": BLOCK}
    return store.opened(path, **(call | {"lay_out": partial(lay_out, axis=axis)} | more))


def fill(path, axis=0, last=6):
    """Write what is missing; which blocks that were."""
    with opened(path, axis) as kept:
        missing = [number for number in range(last) if number not in kept.notes]
        for number in missing:
            rows = slice(number * BLOCK, number * BLOCK + kept.size(number))
            kept.write(number, {name: turned(values[rows], axis) for name, values in RIGHT.items()})
        if last == 6:
            kept.seal({"failed": []})
    return missing


def check(path, axis=0):
    group = zarr.open_group(path, mode="r")
    for name, values in RIGHT.items():
        assert np.asarray(group[name]).tobytes() == np.ascontiguousarray(turned(values, axis)).tobytes()
    assert dict(group.attrs) == {"failed": []}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "s.zarr"


@pytest.mark.parametrize("axis", [0, -1])
def test_it_holds_what_was_written_and_goes_on_where_it_stopped(path, axis):
    assert fill(path, axis, last=3) == [0, 1, 2]
    assert fill(path, axis) == [3, 4, 5]
    assert fill(path, axis) == []
    check(path, axis)


def files(path):
    return sorted(each for each in path.rglob("*") if each.is_file())


def lose(file):
    file.unlink()


def halve(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def flip(file):
    content = bytearray(file.read_bytes())
    content[random.Random(str(file.name)).randrange(len(content))] ^= 4
    file.write_bytes(content)


@pytest.mark.parametrize("axis", [0, -1])
@pytest.mark.parametrize("last", [3, 6])
@pytest.mark.parametrize("spoil", [lose, halve, flip])
def test_a_spoilt_file_is_never_other_numbers(path, tmp_path, axis, last, spoil):
    """Each file in turn: its blocks are computed again, or the store is refused by name."""
    fill(path, axis, last)
    computed = refused = 0
    for file in files(path):
        copy = tmp_path / "copy.zarr"
        shutil.copytree(path, copy)
        spoil(copy / file.relative_to(path))
        try:
            computed += len(fill(copy, axis))
            check(copy, axis)
        except OutputError:
            refused += 1
        shutil.rmtree(copy)
    assert computed > 0
    assert 0 < refused < len(files(path))


def test_an_old_piece_in_the_place_of_a_newer_one_is_noticed(path):
    """As after a power cut: two blocks share a file, and only the first had reached the disk."""
    fill(path, last=1)
    piece = path / "a" / "c" / "0" / "0"
    old = piece.read_bytes()
    fill(path, last=2)
    piece.write_bytes(old)
    assert fill(path) == [1, 2, 3, 4, 5]
    check(path)


def test_a_second_run_is_kept_away_until_the_first_has_ended(path):
    with opened(path) as first:
        first.write(0, {name: values[:BLOCK] for name, values in RIGHT.items()})
        with pytest.raises(OutputError, match="another run is writing"), opened(path):
            pass
    assert fill(path) == [1, 2, 3, 4, 5]
    check(path)


def test_who_is_slower_to_begin_finds_the_other(path):
    """Both saw that nothing was there."""

    def overtaken(beside):
        lay_out(beside, 0)
        if not path.exists():
            fill(path, last=2)

    with opened(path, lay_out=overtaken) as kept:
        assert kept.notes.keys() == {0, 1}
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_another_seed_is_refused_and_leaves_everything(path):
    fill(path)
    before = [file.read_bytes() for file in files(path)]
    with pytest.raises(OutputError, match="different: seed"), opened(path, made_from={"seed": "2"}):
        pass
    assert [file.read_bytes() for file in files(path)] == before


def test_readers_that_know_nothing_of_sums_notice_a_flipped_bit(path):
    fill(path)
    piece = path / "a" / "c" / "0" / "0"
    content = bytearray(piece.read_bytes())
    content[len(content) // 2] ^= 1
    piece.write_bytes(content)
    with pytest.raises(Exception, match=r"(?i)checksum|corrupt|decompress|zstd"):
        np.asarray(zarr.open_group(path, mode="r")["a"])
