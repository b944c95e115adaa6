"""Archives: unpacked whole into a new folder, or refused whole."""

import gzip
import lzma
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PureWindowsPath
from typing import NamedTuple

from tfmetric._core._checks import check_count

_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    RuntimeError,  # encrypted, or a compression that zipfile lacks
)
_HEADER = 512  # counted for each member, so that empty ones are limited as well
_LONGEST = 2**20  # bytes of a long name, or of what else a .tar says about a member
_ABOUT_MEMBERS = (
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
)
_CHUNK = 2**20


def extract_archive(path, folder, max_bytes=100_000_000_000):
    """Unpacks an archive of images into a new folder, or refuses it whole.

    Choose it for archives from elsewhere. All names and sizes are looked at before the
    first file is written. Refused is an archive with a name that is absolute or leads
    upwards ("zip slip"), with a link or a device, with two members of one name, with a
    password, damaged, or larger than `max_bytes` when unpacked; it leaves nothing behind.
    Files get the rights of new files, whatever the archive says.

    Args:
        path: a .zip, .tar, .tar.gz, .tar.bz2 or .tar.xz file, told by its content.
        folder: to be made; may exist if it is empty. It appears when all is unpacked.
        max_bytes: the most that the members may take, each counted with 512 bytes more.

    Returns:
        `folder` as a `pathlib.Path`, for `load_folder` or `open_folder`. Where the
        archive holds one folder with the classes inside, that is `folder / "its name"`.

    Raises:
        ValueError: an archive that is refused, with the name of the member; no archive
            at `path`; a folder with something inside.
        OSError: the disk is full, or may not be written.

    Cost: reads a compressed .tar twice; memory for the names alone.

    >>> import tempfile, zipfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with zipfile.ZipFile(folder / "pets.zip", "w") as file:
    ...     file.writestr("../cat/1.jpg", b"")
    >>> extract_archive(folder / "pets.zip", folder / "pets")
    Traceback (most recent call last):
    ValueError: Expected names that stay inside the folder. Received: '../cat/1.jpg'
    """
    check_count(max_bytes, "max_bytes")
    folder = Path(folder)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise ValueError(f"Expected a new or empty folder. Received: {str(folder)!r}")
    with _members(path) as members:
        checked = _checked(members, max_bytes)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=folder.parent) as temporary:
            part = Path(temporary) / folder.name
            part.mkdir()
            for member in checked:
                _write(member, part)
            part.replace(folder)
    return folder


class _Member(NamedTuple):
    name: str
    size: int
    is_folder: bool
    is_file: bool
    open: object  # callable that returns a file to read from


@contextmanager
def _members(path):
    """The members of an archive, one after another; its damage as a ValueError."""
    name = repr(str(path))
    if not Path(path).is_file():
        raise ValueError(f"Expected the path of an archive. Received: {name}")
    try:
        with _opened(path) as archive:
            if isinstance(archive, zipfile.ZipFile):
                yield map(_zip_member(archive), archive.infolist())
            else:
                yield _tar_members(archive)
    except _DAMAGED as error:
        raise _damaged(name, error) from error
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(name, error) from error  # bz2 has no error of its own


def _opened(path):
    """The archive to read; a .tar whose last member is a .zip looks like one at its end."""
    try:
        return tarfile.open(path, tarinfo=_TarHeader)
    except tarfile.ReadError:
        if not zipfile.is_zipfile(path):
            raise
        return zipfile.ZipFile(path)


class _TarHeader(tarfile.TarInfo):
    """A header; tarfile would read what it announces about a member into memory whole."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):
        header = super().frombuf(buf, encoding, errors)
        if header.type in _ABOUT_MEMBERS and header.size > _LONGEST:
            raise ValueError(
                f"Expected at most {_LONGEST:,} bytes about a member. "
                f"Received: {header.size:,}"
            )
        return header


def _damaged(name, error):
    return ValueError(f"Expected a whole .zip or .tar archive. Received: {name} ({error})")


def _zip_member(archive):
    def member(info):
        kind = stat.S_IFMT(info.external_attr >> 16)  # 0 where no system is told
        is_file = not info.is_dir() and kind in (0, stat.S_IFREG)
        size, is_folder = info.file_size, info.is_dir()
        return _Member(info.filename, size, is_folder, is_file, lambda: archive.open(info))

    return member


def _tar_members(archive):
    yield from map(_tar_member(archive), archive)
    while archive.fileobj.read(_CHUNK):  # a .gz has its checksum at the very end
        pass


def _tar_member(archive):
    def member(info):
        size, is_file = info.size, info.isreg() and not info.issparse()
        return _Member(
            info.name, size, info.isdir(), is_file, lambda: archive.extractfile(info)
        )

    return member


def _checked(members, max_bytes):
    """All members as a list, if all of them are harmless."""
    checked, total = [], 0
    for member in members:
        path = PureWindowsPath(member.name)  # knows both slashes and drives
        if path.anchor or ".." in path.parts:
            raise ValueError(
                f"Expected names that stay inside the folder. Received: {member.name!r}"
            )
        if not member.is_folder and not member.is_file:
            raise ValueError(
                f"Expected files and folders only. Received: {member.name!r}, which is "
                "a link, a device or the like"
            )
        total += member.size + _HEADER
        if total > max_bytes:
            raise ValueError(
                f"Expected at most {max_bytes:,} bytes, which is `max_bytes`. "
                f"Received: more, from {member.name!r} onwards"
            )
        checked.append(member)
    return checked


def _write(member, folder):
    path = folder / member.name
    try:
        if member.is_folder:
            path.mkdir(parents=True, exist_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with member.open() as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)
    except (FileExistsError, NotADirectoryError) as error:
        raise ValueError(
            f"Expected members of different names. Received: {member.name!r} again"
        ) from error
