import pytest

from local_cloud.vertex import markup

pytestmark = pytest.mark.unit


def test_data_is_escaped_wherever_it_appears():
    evil = "<script>alert(1)</script>"
    page = markup.page(evil, markup.join([markup.table([evil], [[evil]]), markup.pre(evil), evil]))
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 6


def test_link_cannot_leave_its_attribute():
    assert '"><' not in markup.link('/console/jobs/"><b>', "x")


def test_running_page_reloads_and_finished_page_does_not():
    assert 'http-equiv="refresh" content="3"' in markup.page("Job", "", refresh_s=3)
    assert "http-equiv" not in markup.page("Job", "")


def test_duration_is_readable():
    assert markup.duration("2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:09.500000Z") == "9.5 s"
    assert markup.duration("2026-01-01T00:00:00.000000Z", "2026-01-01T00:02:05.000000Z") == "2 min 5 s"
    assert markup.duration(None, None) == ""
