import gzip
import io
import os
import stat
import tarfile
import zipfile

import numpy as np
import pytest
from data.helpers import png

from tfmetric.data import extract_archive, load_folder

FILES = {"cat/1.png": b"one", "owl/deep/2.png": b"two" * 50_000}


def make_zip(path, files, **settings):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data, **settings)
    return path


def make_tar(path, files, mode="w"):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            add(archive, name, data)
    return path


def add(archive, name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    archive.addfile(info, io.BytesIO(data))


def content(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


MAKERS = {
    "zip": make_zip,
    "tar": make_tar,
    "gz": lambda path, files: make_tar(path, files, "w:gz"),
    "bz2": lambda path, files: make_tar(path, files, "w:bz2"),
    "xz": lambda path, files: make_tar(path, files, "w:xz"),
}


@pytest.fixture(params=MAKERS)
def make(request, tmp_path):
    return lambda files: MAKERS[request.param](tmp_path / "archive", files)


def refuse(archive, tmp_path, reason, **settings):
    """Asserts that the archive is refused and has left nothing behind."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match=reason):
        extract_archive(archive, tmp_path / "pets", **settings)
    assert sorted(tmp_path.rglob("*")) == before


def test_all_is_unpacked(make, tmp_path):
    out = tmp_path / "new" / "pets"
    assert extract_archive(make(FILES), out) == out
    assert content(out) == FILES
    assert os.listdir(out.parent) == ["pets"]


def test_what_is_unpacked_can_be_loaded(tmp_path):
    image = png(np.full((5, 5, 3), 7, np.uint8))
    archive = make_zip(tmp_path / "pets.zip", {"pets/cat/1.png": image})
    out = extract_archive(str(archive), str(tmp_path / "out"))
    animals = load_folder(out / "pets", 4)
    assert animals.class_names == ("cat",)
    assert animals.images.max() == 7


def test_an_empty_folder_may_be_there(tmp_path):
    archive = make_zip(tmp_path / "a.zip", FILES)
    (tmp_path / "out").mkdir()
    extract_archive(archive, tmp_path / "out")
    assert content(tmp_path / "out") == FILES
    with pytest.raises(ValueError, match="a new or empty folder"):
        extract_archive(archive, tmp_path / "out")
    with pytest.raises(ValueError, match="a new or empty folder"):
        extract_archive(archive, archive)


@pytest.mark.parametrize(
    "name",
    ["../1.png", "cat/../../1.png", "/etc/1.png", "..\\1.png", "C:\\1.png", "C:1.png"],
)
def test_names_that_lead_out_are_refused(make, tmp_path, name):
    archive = make({"cat/1.png": b"one", name: b"two"})
    refuse(archive, tmp_path, "names that stay inside the folder.*1.png")


def test_links_and_devices_are_refused(tmp_path):
    for number, fields in enumerate(
        [
            {"type": tarfile.SYMTYPE, "linkname": "/etc"},
            {"type": tarfile.LNKTYPE, "linkname": "cat/1.png"},
            {"type": tarfile.FIFOTYPE},
            {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5},
        ]
    ):
        path = tmp_path / f"{number}.tar"
        with tarfile.open(path, "w") as archive:
            add(archive, "cat/1.png", b"one")
            add(archive, "cat/odd", **fields)
        refuse(path, tmp_path, "files and folders only. Received: 'cat/odd'")
    info = zipfile.ZipInfo("cat/odd")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = make_zip(tmp_path / "link.zip", {info: "/etc/passwd"})
    refuse(archive, tmp_path, "files and folders only. Received: 'cat/odd'")


def test_bombs_are_refused_by_their_headers(make, tmp_path):
    archive = make({"cat/1.png": b"one", "cat/2.png": bytes(1_000_000)})
    refuse(archive, tmp_path, "at most 1,000,000 bytes.*'cat/2.png'", max_bytes=1_000_000)
    extract_archive(archive, tmp_path / "pets", max_bytes=1_000_003 + 2 * 512)


def test_very_many_empty_members_are_refused(tmp_path):
    archive = make_tar(tmp_path / "a.tar", {f"cat/{i}.png": b"" for i in range(300)})
    refuse(archive, tmp_path, "'cat/195.png'", max_bytes=100_000)  # 195 · 512 = 99,840


def test_a_header_that_lies_about_the_size_is_refused(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"cat/1.png": bytes(1_000_000)})
    data = archive.read_bytes()
    lying = data.replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    archive.write_bytes(lying)
    refuse(archive, tmp_path, "Expected a whole .zip or .tar archive")


def test_two_members_of_one_name_are_refused(tmp_path):
    for number, names in enumerate([("cat/1", "cat/1"), ("cat", "cat/1"), ("a/b", "a")]):
        path = tmp_path / f"{number}.tar"
        with tarfile.open(path, "w") as archive:
            for name in names:
                add(archive, name, b"x")
        refuse(path, tmp_path, f"different names. Received: '{names[1]}' again")


def test_damaged_archives_are_refused(make, tmp_path):
    noise = os.urandom(100_000)
    archive = make({"cat/1.png": b"one", "cat/2.png": noise})
    data = archive.read_bytes()
    archive.write_bytes(data[:50_000])
    refuse(archive, tmp_path, "Expected a whole .zip or .tar archive.*archive'")


def test_bits_that_turned_are_noticed(tmp_path):
    archive = make_zip(tmp_path / "a.zip", {"cat/1.png": os.urandom(10_000)})
    data = bytearray(archive.read_bytes())
    data[5_000] ^= 1
    archive.write_bytes(data)
    refuse(archive, tmp_path, "Expected a whole .zip or .tar archive")


def test_bits_that_turned_in_a_gz_are_noticed(tmp_path):
    """The checksum stands behind all that tarfile reads."""
    archive = MAKERS["gz"](tmp_path / "a.tar.gz", {"cat/1.png": os.urandom(10_000)})
    data = bytearray(archive.read_bytes())
    data[5_000] ^= 1  # noise is stored as it is, so that only the checksum tells
    archive.write_bytes(data)
    refuse(archive, tmp_path, "Expected a whole .zip or .tar archive.*CRC")


def test_a_tar_may_end_with_a_zip(tmp_path):
    inner = make_zip(tmp_path / "inner.zip", {"other/1.png": b"other"}).read_bytes()
    files = {"cat/1.png": b"one", "cat/inner.zip": inner}
    out = extract_archive(make_tar(tmp_path / "a.tar", files), tmp_path / "out")
    assert content(out) == files


@pytest.mark.parametrize(
    "kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME]
)
def test_long_headers_are_not_read_into_memory(tmp_path, kind):
    info = tarfile.TarInfo("long")
    info.type, info.size = kind, 2**40
    with gzip.open(tmp_path / "a.tar.gz", "wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT) + bytes(2048))
    refuse(tmp_path / "a.tar.gz", tmp_path, "1,048,576 bytes.*1,099,511,627,776")


def test_what_is_no_archive_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "note.zip").write_text("not an archive")
    (tmp_path / "empty.zip").write_bytes(b"")
    (tmp_path / "image.zip").write_bytes(png(np.zeros((2, 2, 3), np.uint8)))
    for name in ("note.zip", "empty.zip", "image.zip"):
        refuse(tmp_path / name, tmp_path, "Expected a whole .zip or .tar archive")
    for name in ("pipe", "missing.zip", "."):
        refuse(tmp_path / name, tmp_path, "Expected the path of an archive")


def test_no_rights_are_taken_from_the_archive(tmp_path):
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "cat/1.png", b"one", mode=0o6777)
    out = extract_archive(tmp_path / "a.tar", tmp_path / "out")
    assert stat.S_IMODE((out / "cat" / "1.png").stat().st_mode) & 0o7111 == 0


def test_bad_limit(tmp_path):
    with pytest.raises(ValueError, match="Expected max_bytes"):
        extract_archive(tmp_path / "a.zip", tmp_path / "out", max_bytes=0)
