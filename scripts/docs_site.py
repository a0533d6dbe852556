"""What MkDocs is told about this repository: pages from outside docs/, and links as the site has them.

Loaded as a hook by mkdocs.yml. A link to a file that is no page of the site, such as a source, becomes its
text alone; one to nothing stays as it is, and fails the strict build.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

REPOSITORY = Path(__file__).resolve().parent.parent
DOCS = "docs"
# Page of the site -> file of the repository.
FROM_ELSEWHERE = {
    "index.md": "README.md",
    "configs.md": "include/configs/README.md",
    "trainer-image.md": "trainer_image/README.md",
    "benchmarks.md": "benchmarks/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "security.md": "SECURITY.md",
}
_PAGES = {file: page for page, file in FROM_ELSEWHERE.items()}
_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)\s]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Adds the pages that lie outside docs/."""
    from mkdocs.structure.files import File

    for page, file in FROM_ELSEWHERE.items():
        files.append(File.generated(config, page, content=(REPOSITORY / file).read_text()))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Rewrites links from where a file lies in the repository to where its page is on the site."""
    return site_links(markdown, page.file.src_uri)


def site_links(markdown: str, page: str) -> str:
    """Return a page's text with each relative link to a file of the repository as the site has it.

    Args:
        markdown: The text, whose links are relative to its file in the repository.
        page: The page, by its path on the site.
    """
    source = FROM_ELSEWHERE.get(page, f"{DOCS}/{page}")

    def rewritten(link: re.Match[str]) -> str:
        target = link["target"]
        if not target or ":" in target:
            return link[0]
        file = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = _page_of(file)
        if place is None:
            return link["text"] if (REPOSITORY / file).exists() else link[0]
        here = posixpath.relpath(place, posixpath.dirname(page) or ".")
        return f"{link['image']}[{link['text']}]({here}{link['anchor'] or ''})"

    return _LINK.sub(rewritten, markdown)


def _page_of(file: str) -> str | None:
    if file in _PAGES:
        return _PAGES[file]
    inside = file.startswith(f"{DOCS}/") and (REPOSITORY / file).is_file()
    return file.removeprefix(f"{DOCS}/") if inside else None
