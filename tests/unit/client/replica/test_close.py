"""A replica that is closed while another thread reads: a sign-out in one window of several."""

import threading

from client.replica.driver import ERROR
from tests.clients import connected, make_replica


def test_a_replica_is_closed_under_readers_on_other_threads(tmp_path):
    replica = make_replica(tmp_path)
    with replica.edit("records") as edit:
        for i in range(200):
            edit.insert("company", {"name": f"Firma {i}"})
    is_reading, ended, wrong = threading.Barrier(4), threading.Event(), []

    def read():
        is_reading.wait()
        try:
            while not ended.is_set():
                with replica.reading() as reader:
                    assert len(reader.execute("SELECT * FROM company, _sync_meta").fetchall()) > 200
        except ERROR as error:
            wrong.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    is_reading.wait()
    for _ in range(50):
        replica.close()
        replica._writer._connection = connected(replica.path)
    ended.set()
    for thread in threads:
        thread.join()
    replica.close()
    assert wrong == []
