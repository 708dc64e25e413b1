"""Where the bytes of files are kept: by default a folder, by a URL anything that obstore knows."""

import pytest
from obstore.store import MemoryStore

from sync_server.services.file_store import ObjectFiles, StoreFailed, open_store

pytestmark = pytest.mark.functions(135)
SHA = "ab" * 32


@pytest.fixture(params=["folder", "url", "memory"])
def store(request, tmp_path):
    if request.param == "memory":
        return ObjectFiles(MemoryStore())
    target = tmp_path / "files"
    target.mkdir()
    return open_store(target) if request.param == "folder" else open_store(tmp_path / "other", target.as_uri())


def test_bytes_are_kept_once_read_from_any_place_listed_and_removed(store, tmp_path):
    source = tmp_path / "source"
    source.write_bytes(b"0123456789")
    assert store.size_of(SHA) is None
    store.put(SHA, source)
    store.put(SHA, source)
    assert store.size_of(SHA) == 10
    assert b"".join(store.read(SHA, 0)) == b"0123456789"
    assert b"".join(store.read(SHA, 7)) == b"789"
    assert b"".join(store.read(SHA, 10)) == b""
    assert [sha256 for sha256, _ in store.all()] == [SHA]
    store.remove(SHA)
    store.remove(SHA)
    assert list(store.all()) == []
    with pytest.raises(StoreFailed):
        store.read(SHA, 0)


def test_a_file_that_was_only_partly_put_is_put_anew(tmp_path):
    store, source = open_store(tmp_path / "files"), tmp_path / "source"
    source.write_bytes(b"0123")
    store.put(SHA, source)
    source.write_bytes(b"0123456789")
    store.put(SHA, source)
    assert b"".join(store.read(SHA, 0)) == b"0123456789"


def test_a_url_that_names_no_store_says_so(tmp_path):
    with pytest.raises(ValueError, match="nowhere"):
        open_store(tmp_path, "nowhere://x")


def test_a_folder_that_cannot_be_written_is_a_failure_that_may_pass(tmp_path, monkeypatch):
    store, source = open_store(tmp_path / "files"), tmp_path / "source"
    source.write_bytes(b"0123")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    for name in ("put", "head", "delete", "list"):
        with monkeypatch.context() as patched:
            patched.setattr(f"obstore.{name}", full)
            with pytest.raises(StoreFailed):
                {"put": lambda: store.put(SHA, source), "head": lambda: store.size_of(SHA),
                 "delete": lambda: store.remove(SHA), "list": lambda: list(store.all())}[name]()  # fmt: skip
