import json
import re

import pyarrow as pa
import pytest

from tests.include.complete_journey import resolved, with_quality
from tests.include.quality.conftest import HOLDOUT
from tests.include.quality.staging import check_rows

pytestmark = [pytest.mark.emulator, pytest.mark.usefixtures("bigquery_emulator")]

EXPERIMENT = with_quality(resolved(), min_rows=500)


def test_facts_count_each_split(columns):
    facts = check_rows(pa.table(columns), EXPERIMENT).facts["test"]

    assert (facts.rows, facts.customers, facts.products) == (100, 50, 70)
    assert (facts.first, facts.last) == (HOLDOUT, HOLDOUT + 99 * 20_000)


def test_json_is_the_whole_report(changed):
    document = json.loads(check_rows(changed("household_id", 7, None), EXPERIMENT).json)

    assert document["passed"] is False
    assert document["splits"]["train"]["rows"] == 300
    broken = [check for check in document["checks"] if not check["met"]]
    assert [check["expectation"] for check in broken] == ["expect_column_values_to_not_be_null"]
    assert broken[0]["severity"] == "critical"


def test_html_loads_nothing_and_escapes_values(changed):
    html = check_rows(changed("split", 7, "<script>alert(1)</script>"), EXPERIMENT).html

    assert not re.search(r"(src|href)\s*=|https?://|@import|<script", html)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "the run stops here" in html
