"""What a password costs whoever guesses it: servers of tests have a cheap hasher, so it is held here."""

from sync_server.app import open_server
from sync_server.config import ServerConfig


def test_a_server_hashes_with_argon2id_at_the_cost_that_owasp_asks_for(tmp_path):
    server = open_server(ServerConfig(folder=tmp_path))
    assert server.accounts.hasher.hash("correct horse").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert server.accounts.dummy.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    server.central.store.close()
