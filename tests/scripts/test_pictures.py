"""Pictures of the docs stay small."""

import io

import pytest
from PIL import Image

from scripts.pictures import MAX_BYTES, NoPicture, small_png

pytestmark = pytest.mark.unit


def png(image):
    written = io.BytesIO()
    image.save(written, "PNG")
    return written.getvalue()


def test_a_picture_keeps_what_it_shows():
    page = Image.new("RGB", (200, 100), "white")
    page.paste("navy", (0, 0, 200, 20))
    small = Image.open(io.BytesIO(small_png(png(page), "page.png"))).convert("RGB")
    assert small.size == (200, 100)
    assert small.getpixel((10, 10)) == (0, 0, 128)
    assert small.getpixel((10, 50)) == (255, 255, 255)


def test_a_picture_that_is_too_large_is_refused_by_its_name():
    noise = Image.effect_noise((1280, 900), 100)
    with pytest.raises(
        NoPicture, match=rf"page\.png has [\d,]+ bytes; make its window smaller, {MAX_BYTES:,} at most"
    ):
        small_png(png(noise), "page.png")
