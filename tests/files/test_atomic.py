"""After every failure the file is the old one or the new one, and the failure is told."""

import errno
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from netbuilder.files import atomic
from netbuilder.files.atomic import Fs, sweep, write_atomic
from netbuilder.files.errors import FileError

OLD = b"old " * 1000
NEW = b"new! " * 3000
CALLS = (
    "lstat",
    "open",
    "write",
    "rewind",
    "read",
    "chmod",
    "chown",
    "sync",
    "close",
    "link",
    "replace",
    "unlink",
    "names",
)


class Failing(Fs):
    """Fails the n-th call, or all from the n-th on."""

    def __init__(self, number, code, forever=False):
        self.number, self.code, self.forever = number, code, forever
        self.count = 0
        self.failed = []

    def _step(self, name):
        self.count += 1
        if self.count == self.number or (self.forever and self.count > self.number):
            self.failed.append(name)
            raise OSError(self.code, os.strerror(self.code))

    def close(self, descriptor):
        super().close(descriptor)  # so that no test leaks a descriptor
        self._step("close")


def _wrapped(name):
    def call(self, *arguments):
        self._step(name)
        return getattr(Fs, name)(self, *arguments)

    return call


for _name in CALLS:
    if _name != "close":
        setattr(Failing, _name, _wrapped(_name))


class Short(Fs):
    """Writes a few bytes at a time, and reads as few."""

    def write(self, descriptor, data):
        return super().write(descriptor, data[:7])

    def read(self, descriptor, count):
        return super().read(descriptor, 11)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("backup", [False, True])
@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("forever", [False, True])
@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EINTR]
)
def test_each_call_in_turn_fails(tmp_path, code, forever, exists, backup):
    number, failed, silent = 0, set(), set()
    while True:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / "net.netgraph"
        if exists:
            path.write_bytes(OLD)
        fs = Failing(number, code, forever)
        told = ""
        try:
            write_atomic(path, NEW, fs, backup=backup)
        except FileError as error:
            told = str(error)
        if not fs.failed:
            assert path.read_bytes() == NEW
            break
        failed |= {fs.failed[0]}
        after = path.read_bytes() if path.exists() else None
        assert after in ((OLD if exists else None), NEW)
        if not told:
            # Only tidying may fail without a word, and then the new file is there.
            assert fs.failed[0] in ("names", "unlink", "lstat"), fs.failed
            assert after == NEW
            silent.add(fs.failed[0])
        else:
            assert "could not be saved" in told or "flushed" in told
            assert errno.errorcode[code] in told
            if after != NEW:
                assert (
                    "as it was" in told
                    or "no file was made" in told
                    or "could not be saved" in told
                )
        if not forever:
            left = [name for name in names(folder) if "nbtmp" in name]
            assert not left or fs.failed[0] == "unlink", (fs.failed, left)
        write_atomic(path, NEW)  # Once there is room again the next save works.
        assert path.read_bytes() == NEW
    wanted = {"lstat", "open", "write", "sync", "read", "replace", "close", "names"}
    assert failed >= wanted | ({"chmod"} if exists else set())
    assert number > 10
    assert ("link" in failed) == (exists and backup)


def test_short_writes_are_carried_on(tmp_path):
    path = tmp_path / "a"
    write_atomic(path, NEW, Short())
    assert path.read_bytes() == NEW


def test_a_disk_that_takes_nothing_is_an_error(tmp_path):
    class Full(Fs):
        def write(self, descriptor, data):
            return 0

    path = tmp_path / "a"
    path.write_bytes(OLD)
    with pytest.raises(FileError, match="nothing was written"):
        write_atomic(path, NEW, Full())
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("lie", [b"", b"n", b"new! " * 2999, b"new! " * 3001, b"old! " * 3000])
def test_a_disk_that_gives_back_other_bytes_is_noticed(tmp_path, lie):
    class Lying(Fs):
        told = False

        def read(self, descriptor, count):
            data, self.told = (b"" if self.told else lie), True
            return data

    path = tmp_path / "a"
    path.write_bytes(OLD)
    with pytest.raises(FileError, match="the disk gave back"):
        write_atomic(path, NEW, Lying())
    assert path.read_bytes() == OLD


def test_the_error_names_the_free_space(tmp_path):
    class Full(Fs):
        def write(self, descriptor, data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        def free(self, folder):
            return 3_200_000

    with pytest.raises(FileError, match=r"no space left.*ENOSPC.*3\.2 MB free.*no file was made"):
        write_atomic(tmp_path / "a", NEW, Full())
    assert names(tmp_path) == []


def test_the_steps_come_in_the_order_that_survives_a_power_cut(tmp_path):
    steps = []

    class Noting(Fs):
        def write(self, descriptor, data):
            steps.append("write")
            return super().write(descriptor, data)

        def sync(self, descriptor):
            kind = "sync folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "sync file"
            steps.append(kind)
            super().sync(descriptor)

        def replace(self, source, target):
            steps.append("replace")
            super().replace(source, target)

    write_atomic(tmp_path / "a", NEW, Noting())
    assert steps == ["write", "sync file", "replace", "sync folder"]


def test_a_folder_that_cannot_be_flushed_at_all_is_no_error(tmp_path):
    class Simple(Fs):
        def sync(self, descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EINVAL, "no")
            super().sync(descriptor)

    write_atomic(tmp_path / "a", NEW, Simple())
    assert (tmp_path / "a").read_bytes() == NEW


def test_a_link_stays_and_its_target_is_written(tmp_path):
    (tmp_path / "deep").mkdir()
    target = tmp_path / "deep" / "real"
    target.write_bytes(OLD)
    link = tmp_path / "link"
    link.symlink_to("deep/real")
    write_atomic(link, NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW
    assert names(tmp_path / "deep") == ["real"]
    dangling = tmp_path / "dangling"
    dangling.symlink_to("deep/later")
    write_atomic(dangling, NEW)
    assert dangling.is_symlink()
    assert (tmp_path / "deep" / "later").read_bytes() == NEW


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755])
def test_the_mode_stays(tmp_path, mode):
    path = tmp_path / "a"
    path.write_bytes(OLD)
    path.chmod(mode)
    write_atomic(path, NEW)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_new_file_has_the_mode_the_user_wants(tmp_path):
    old = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a", NEW)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(OLD)
    os.chown(path, 1234, 2345)
    write_atomic(path, NEW)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_an_owner_that_cannot_be_kept_is_no_error(tmp_path):
    class Theirs(Fs):
        def lstat(self, path):
            facts = list(super().lstat(path))
            facts[4] = facts[5] = 4711
            return os.stat_result(facts)

        def chown(self, descriptor, user, group):
            assert (user, group) == (4711, 4711)
            raise PermissionError(errno.EPERM, "no")

    path = tmp_path / "a"
    path.write_bytes(OLD)
    write_atomic(path, NEW, Theirs())
    assert path.read_bytes() == NEW


def test_a_write_protected_file_is_left_alone(tmp_path):
    class Guarded(Fs):
        def writable(self, path):
            return False

    path = tmp_path / "a"
    path.write_bytes(OLD)
    with pytest.raises(FileError, match="write-protected"):
        write_atomic(path, NEW, Guarded())
    assert path.read_bytes() == OLD


def test_what_is_no_file_is_not_written_over(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    cases = {"pipe": "a named pipe", "folder": "a folder", "loop": "leads back to itself"}
    for name, said in cases.items():
        with pytest.raises(FileError, match=said):
            write_atomic(tmp_path / name, NEW)
    with pytest.raises(FileError, match="a device"):
        write_atomic("/dev/null", NEW)
    assert names(tmp_path) == ["folder", "loop", "pipe"]


def test_paths_that_cannot_be(tmp_path):
    for path in (tmp_path / "no" / "folder", tmp_path / "a\0b", tmp_path / ("x" * 300)):
        with pytest.raises(FileError, match="could not be saved"):
            write_atomic(path, NEW)
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["x" * 255, "ü" * 127, "a\nb", " ", ".hidden", "-rf"])
def test_odd_names_are_saved(tmp_path, name):
    write_atomic(tmp_path / name, OLD)
    write_atomic(tmp_path / name, NEW)
    assert (tmp_path / name).read_bytes() == NEW
    assert names(tmp_path) == [name]


def test_a_backup_is_the_content_before(tmp_path):
    path = tmp_path / "a"
    for content in (b"1", b"2", b"3"):
        write_atomic(path, content, backup=True)
    assert path.read_bytes() == b"3"
    assert (tmp_path / "a~").read_bytes() == b"2"
    assert names(tmp_path) == ["a", "a~"]


def test_without_hard_links_there_is_no_backup_and_no_error(tmp_path):
    class Fat(Fs):
        def link(self, source, target):
            raise OSError(errno.EPERM, "no links here")

    write_atomic(tmp_path / "a", b"1", Fat(), backup=True)
    write_atomic(tmp_path / "a", b"2", Fat(), backup=True)
    assert names(tmp_path) == ["a"]


def test_stale_temporary_files_are_swept(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    gone = int(child.stdout)
    path = tmp_path / "net.netgraph"
    dead = tmp_path / f".net.netgraph.nbtmp-{gone}-0123abcd"
    live = tmp_path / f".net.netgraph.nbtmp-{os.getpid()}-0123abcd"
    other = tmp_path / f".other.nbtmp-{gone}-0123abcd"
    mine = tmp_path / ".net.netgraph.nbtmp-notes"
    for file in (path, dead, live, other, mine):
        file.write_bytes(OLD)
    sweep(path)
    assert not dead.exists()
    assert live.exists()
    assert other.exists()
    assert mine.exists()
    long_ago = time.time() - 2 * 86_400
    os.utime(live, (long_ago, long_ago))
    write_atomic(path, NEW)
    assert not live.exists()
    assert other.exists()


def test_an_interrupt_leaves_nothing_behind(tmp_path):
    class Interrupted(Fs):
        def sync(self, descriptor):
            raise KeyboardInterrupt

    path = tmp_path / "a"
    path.write_bytes(OLD)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(path, NEW, Interrupted())
    assert path.read_bytes() == OLD
    assert names(tmp_path) == ["a"]


def test_no_descriptor_is_left_open(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(OLD)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(1, 20):
        try:
            write_atomic(path, NEW, Failing(number, errno.EIO))
        except FileError:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_every_call_to_the_system_is_in_the_harness():
    own = {name for name in vars(Fs) if not name.startswith("_")}
    assert own == {*CALLS, "writable", "free"}
    assert atomic.Fs is Fs
