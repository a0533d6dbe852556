"""Links that work in a repository and on the site of its docs."""

import re
import subprocess

import pytest

from scripts.docs_site import FROM_ELSEWHERE, REPOSITORY, site_links

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("page", "written", "on_site"),
    [
        ("index.md", "[a](docs/serving.md)", "[a](serving.md)"),
        (
            "index.md",
            "[a](docs/composer.md#1-accounts-and-their-roles)",
            "[a](composer.md#1-accounts-and-their-roles)",
        ),
        ("index.md", "![a](docs/decisions/README.md)", "![a](decisions/README.md)"),
        ("serving.md", "[a](../include/configs/README.md)", "[a](configs.md)"),
        ("serving.md", "[a](../README.md#layout)", "[a](index.md#layout)"),
        ("decisions/README.md", "[a](../../CONTRIBUTING.md)", "[a](../contributing.md)"),
        ("decisions/README.md", "[a](0002-strict-stand-in.md)", "[a](0002-strict-stand-in.md)"),
        ("trainer-image.md", "[a](../docs/serving.md)", "[a](serving.md)"),
        ("configs.md", "[a](#models)", "[a](#models)"),
        ("serving.md", "[a](https://example.com/b.md)", "[a](https://example.com/b.md)"),
    ],
)
def test_a_link_between_files_leads_from_page_to_page(page, written, on_site):
    assert site_links(f"See {written}.", page) == f"See {on_site}."


def test_a_link_to_a_source_is_its_text_where_sources_have_no_pages():
    assert site_links("[`weekly.yaml`](include/configs/schedules/weekly.yaml)", "index.md") == "`weekly.yaml`"


def test_a_link_to_nothing_stays_for_the_strict_build_to_refuse():
    assert site_links("[a](no-such-page.md)", "index.md") == "[a](no-such-page.md)"


def test_every_page_from_elsewhere_has_its_file():
    assert [file for file in FROM_ELSEWHERE.values() if not (REPOSITORY / file).is_file()] == []


def test_the_guide_for_contributors_names_files_that_are_there():
    listed = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    paths = {f"/{'/'.join(file.split('/')[:depth])}" for file in listed for depth in range(1, 9)}
    named = re.findall(r"`([\w./<>-]+)`", (REPOSITORY / "CONTRIBUTING.md").read_text())
    # Of a name with a placeholder, the folder.
    files = {
        re.sub(r"/[^/]*<.*", "", name).rstrip("/") for name in named if "/" in name or name.endswith(".py")
    }
    missing = [name for name in files if not any(path.endswith(f"/{name}") for path in paths)]
    # What is made, and not kept.
    assert missing == [".recsflow/tools"]
