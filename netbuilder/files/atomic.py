"""Writing a file so that it is, at every moment and after every failure, the old one or the new one.

The bytes go to a temporary file beside the target, are flushed to the disk, read back and compared;
then the temporary file takes the target's name in one step, and the folder is flushed. Every call to
the system goes through an ``Fs``, so that tests can let each one fail in turn.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import shutil
import stat
import sys
import time
from pathlib import Path

from netbuilder.files.errors import FileError

_CHUNK = 2**20
_DAY = 86_400.0
_TEMP_BYTES = 150
_TEMP = re.compile(r"\.(.*)\.nbtmp-([0-9]{1,9})-[0-9a-f]{8}\Z", re.DOTALL)
_CREATE = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
# A file system that has no way to flush a folder, or no hard links, says so with one of these.
_NO_FOLDER_FLUSH = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


class Fs:
    """The system calls that saving makes."""

    def lstat(self, path: str) -> os.stat_result:
        """Facts of a name, links not followed."""
        return os.lstat(path)

    def writable(self, path: str) -> bool:
        """Whether the present user may write to a file."""
        return os.access(path, os.W_OK)

    def open(self, path: str, flags: int, mode: int = 0o777) -> int:
        """Open a file or a folder."""
        return os.open(path, flags, mode)

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write some of the data; return how many bytes."""
        return os.write(descriptor, data)

    def rewind(self, descriptor: int) -> None:
        """Go back to the first byte."""
        os.lseek(descriptor, 0, os.SEEK_SET)

    def read(self, descriptor: int, count: int) -> bytes:
        """Read at most ``count`` bytes."""
        return os.read(descriptor, count)

    def chown(self, descriptor: int, user: int, group: int) -> None:
        """Give the file to a user and a group."""
        os.fchown(descriptor, user, group)

    def chmod(self, descriptor: int, mode: int) -> None:
        """Set the file's permissions."""
        os.fchmod(descriptor, mode)

    def sync(self, descriptor: int) -> None:
        """Flush to the disk."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """Close."""
        os.close(descriptor)

    def link(self, source: str, target: str) -> None:
        """Give a file a second name."""
        os.link(source, target)

    def replace(self, source: str, target: str) -> None:
        """Rename in one step, over what has the name."""
        Path(source).replace(target)

    def unlink(self, path: str) -> None:
        """Remove a name."""
        Path(path).unlink()

    def names(self, folder: str) -> list[str]:
        """The names in a folder."""
        return [entry.name for entry in Path(folder).iterdir()]

    def free(self, folder: str) -> int:
        """Bytes that are free for the present user."""
        return shutil.disk_usage(folder).free


_SYSTEM = Fs()


def write_atomic(
    path: str | os.PathLike[str], data: bytes, fs: Fs = _SYSTEM, *, backup: bool = False
) -> None:
    """Write a file whole or not at all, and durably: when this returns, it outlives a power cut.

    A symbolic link stays and its target is written; permissions and owner stay. A file that is
    marked as read-only is not written over.

    Args:
        path: The file.
        data: Its new content.
        fs: The system calls.
        backup: Whether the content before stays in reach as ``name~``.

    Raises:
        FileError: It could not be done; the sentence says why, and whether the file is the old one.
    """
    try:
        target = os.path.realpath(path)
        old = _old(path, target, fs)
        sweep(target, fs)
    except (OSError, ValueError) as error:
        raise FileError(path, f"could not be saved: {_told(error)}") from None
    folder = str(Path(target).parent)
    temporary = _temporary(target)
    try:
        _fill(temporary, data, old, fs)
        if backup and old is not None:
            _keep(target, fs)
        fs.replace(temporary, target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            fs.unlink(temporary)
        if not isinstance(error, OSError):
            raise
        kept = "the file is as it was" if old else "no file was made"
        room = _room(error, folder, len(data), fs)
        raise FileError(path, f"could not be saved: {_told(error)}{room}; {kept}") from None
    try:
        _sync_folder(folder, fs)
    except OSError as error:
        raise FileError(
            path,
            f"was saved, but its folder could not be flushed to the disk: {_told(error)}; save again, or a power cut may bring the old file back",
        ) from None


def sweep(path: str | os.PathLike[str], fs: Fs = _SYSTEM) -> None:
    """Remove temporary files of ``path`` that a killed program left; trouble in doing so is no matter.

    One is stale when its process is gone, or after a day.
    """
    target = os.path.realpath(path)
    folder, stem = str(Path(target).parent), _stem(target)
    with contextlib.suppress(OSError):
        for name in fs.names(folder):
            found = _TEMP.match(name)
            if found and found[1] == stem:
                left = str(Path(folder, name))
                with contextlib.suppress(OSError):
                    old = time.time() - fs.lstat(left).st_mtime > _DAY
                    if old or not _runs(int(found[2])):
                        fs.unlink(left)


def _old(path: str | os.PathLike[str], target: str, fs: Fs) -> os.stat_result | None:
    """The facts of the present file, or None; refuse what cannot be written over."""
    try:
        old = fs.lstat(target)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(old.st_mode):
        raise FileError(path, "could not be saved: it is a link that leads back to itself")
    if not stat.S_ISREG(old.st_mode):
        raise FileError(
            path, f"could not be saved: it is {kind_of(old.st_mode)}, but a file was expected"
        )
    if not fs.writable(target):
        raise FileError(
            path, "could not be saved: the file is write-protected; save under another name"
        )
    return old


def kind_of(mode: int) -> str:
    """Return what something in a folder is, in words."""
    kinds = (
        (stat.S_ISREG, "a file"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a named pipe"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    )
    return next((name for test, name in kinds if test(mode)), "something else")


def _fill(temporary: str, data: bytes, old: os.stat_result | None, fs: Fs) -> None:
    """Make the temporary file, with the data flushed and compared."""
    descriptor = fs.open(temporary, _CREATE | _BINARY, 0o666 if old is None else 0o600)
    try:
        rest = memoryview(data)
        while rest:
            written = fs.write(descriptor, rest)
            if written <= 0:
                raise OSError(errno.EIO, "nothing was written")
            rest = rest[written:]
        if old is not None:
            _take_over(descriptor, old, fs)
        fs.sync(descriptor)
        fs.rewind(descriptor)
        _compare(descriptor, data, fs)
    except BaseException:
        with contextlib.suppress(OSError):
            fs.close(descriptor)
        raise
    fs.close(descriptor)


def _take_over(descriptor: int, old: os.stat_result, fs: Fs) -> None:
    """Give the new file the owner and permissions of the old one."""
    if sys.platform == "win32":
        return
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        # Only root may give files away; whoever may write to the folder may still save.
        with contextlib.suppress(PermissionError):
            fs.chown(descriptor, old.st_uid, old.st_gid)
    fs.chmod(descriptor, stat.S_IMODE(old.st_mode))


def _compare(descriptor: int, data: bytes, fs: Fs) -> None:
    rest = memoryview(data)
    while True:
        part = fs.read(descriptor, _CHUNK)
        if not part:
            break
        if rest[: len(part)] != part:
            raise OSError(errno.EIO, "the disk gave back other bytes than were written")
        rest = rest[len(part) :]
    if rest:
        raise OSError(errno.EIO, "the disk gave back fewer bytes than were written")


def _keep(target: str, fs: Fs) -> None:
    """Let ``name~`` be the old content, by a hard link: the name itself is never without a file."""
    second = _temporary(target)
    try:
        fs.link(target, second)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return
        raise
    try:
        fs.replace(second, f"{target}~")
    except OSError:
        with contextlib.suppress(OSError):
            fs.unlink(second)
        raise
    # Two names of one file: the rename does nothing, and the second name stays.
    with contextlib.suppress(OSError):
        fs.unlink(second)


def _sync_folder(folder: str, fs: Fs) -> None:
    if sys.platform == "win32":
        return
    descriptor = fs.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _BINARY)
    try:
        fs.sync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_FLUSH:
            raise
    finally:
        fs.close(descriptor)


def _stem(target: str) -> str:
    """The part of a temporary name that says whose it is; short, so that a name of 255 bytes fits."""
    return (
        Path(target).name.encode("utf-8", "surrogateescape")[:_TEMP_BYTES].decode("utf-8", "ignore")
    )


def _temporary(target: str) -> str:
    return str(
        Path(target).with_name(f".{_stem(target)}.nbtmp-{os.getpid()}-{secrets.token_hex(4)}")
    )


def _runs(process: int) -> bool:
    if sys.platform == "win32":
        return True  # Signal 0 would end the process there; age decides alone.
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _told(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return str(error)
    text = error.strerror or str(error)
    name = errno.errorcode.get(error.errno or 0, "")
    return f"{text[:1].lower()}{text[1:]}{f' ({name})' if name else ''}"


def _room(error: OSError, folder: str, wanted: int, fs: Fs) -> str:
    try:
        free = fs.free(folder)
    except OSError:
        return ""
    return f", with {free / 1e6:,.1f} MB free on the disk for {wanted / 1e6:,.1f} MB"
