import pytest

pytestmark = pytest.mark.emulator

ADDRESSES = ("openapi.json", "static/experiments.js", "no/such/address")


@pytest.mark.parametrize("address", ADDRESSES)
def test_nobody_gets_anything_without_a_login(web_server, address):
    answer = web_server.get(address, user=None)
    assert (answer.status_code, answer.json()) == (401, {"detail": "Not authenticated"})


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_login_that_was_made_up_opens_nothing(web_server, address):
    answer = web_server.get(address, user=None, headers={"Cookie": "_token=made.up.token"})
    assert (answer.status_code, answer.json()) == (403, {"detail": "Invalid JWT token"})


def test_the_cookie_of_airflows_own_pages_is_a_login(web_server):
    cookie = {"Cookie": f"_token={web_server.token('viewer')}"}
    assert web_server.get("openapi.json", user=None, headers=cookie).status_code == 200
