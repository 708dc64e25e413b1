from structlog.testing import capture_logs

from tests.servers import EMAIL, Caller, in_process, make_server


def test_the_log_has_facts_and_nothing_about_people(tmp_path):
    with capture_logs() as lines, in_process(make_server(tmp_path)) as http:
        device = Caller(http)
        device.sign_in()
        device.hello()
        device.pull(0)
        http.get("/app/companies/0190-secret-record?q=popescu")
    assert [(line["path"], line["status"]) for line in lines][:3] == [
        ("/auth/sign-in", 200),
        ("/sync/v1/hello", 200),
        ("/sync/v1/pull", 200),
    ]
    assert all(line["duration_ms"] >= 0 for line in lines)
    said = repr(lines)
    secrets = [EMAIL, "popescu", "0190-secret-record", device.tokens["access_token"], device.tokens["user_id"]]
    assert not [secret for secret in secrets if secret in said]
