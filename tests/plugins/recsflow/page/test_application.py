import pytest

pytestmark = pytest.mark.emulator


def test_schema_says_what_there_is_and_where(web_server):
    schema = web_server.get("openapi.json").json()

    assert schema["servers"] == [{"url": "/recsflow"}]
    assert {method for path in schema["paths"].values() for method in path} == {"get"}


def test_what_is_not_there_is_said_in_a_sentence(web_server):
    answer = web_server.get("api/no-such-thing")
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "There is nothing at 'api/no-such-thing'; openapi.json says what there is."},
    )


def test_a_parameter_that_is_spelt_otherwise_is_refused(web_server):
    answer = web_server.get("openapi.json", datset="x")
    assert (answer.status_code, answer.json()) == (
        400,
        {"detail": "'datset' is no parameter of this address; leave it out."},
    )


@pytest.mark.parametrize("name", ["..%2F..%2Fplugin.py", "%2Fetc%2Fpasswd", "../application.py", "..", "%00"])
def test_no_name_of_a_bundle_file_leads_out_of_the_bundle(web_server, name):
    assert web_server.get(f"static/{name}").status_code == 404


def test_who_has_an_answer_already_is_not_sent_it_again(web_server):
    first = web_server.get("openapi.json")
    again = web_server.get("openapi.json", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert web_server.get("openapi.json", headers={"If-None-Match": 'W/"another"'}).status_code == 200
