"""What is sent as a photo comes out as pixels alone, or is refused."""

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from tests.turns.counter import camera

from xiaoer.domain.photos import Unfit, UnfitPhoto
from xiaoer.guard.images import LONGEST_SIDE, MOST_PIXELS, photo_of

HTML = b"<html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def refused(upload: bytes) -> Unfit:
    with pytest.raises(UnfitPhoto) as unfit:
        photo_of(upload)
    return unfit.value.why


def gps() -> Pillow.Exif:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "SECRET-CAMERA"
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)
    return exif


def png_of(width: int, height: int) -> bytes:
    """A head that claims so many pixels, with next to nothing behind it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_a_phone_sends_is_kept_upright_and_without_its_place(kind: str) -> None:
    image = photo_of(camera((80, 40), kind, exif=gps()))
    assert (image.width, image.height) == (40, 80)
    with Pillow.open(io.BytesIO(image.jpeg)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (40, 80))
        assert not kept.getexif()
        dark, red = kept.getpixel((20, 5)), kept.getpixel((20, 75))
    assert isinstance(dark, tuple)
    assert isinstance(red, tuple)
    assert (dark[0] < 60, red[0] > 150) == (True, True)  # turned, not only relabelled
    assert b"SECRET" not in image.jpeg
    assert b"Exif" not in image.jpeg


@pytest.mark.parametrize("hidden", [HTML, EICAR, b"PK\x03\x04" + b"x" * 50, b"MOTIONPHOTO"])
def test_what_is_hidden_behind_a_picture_does_not_come_along(hidden: bytes) -> None:
    image = photo_of(camera() + hidden)
    assert hidden not in image.jpeg
    assert photo_of(image.jpeg).width == image.width


def test_a_large_one_is_made_smaller_and_a_see_through_one_gets_white_behind_it() -> None:
    large = photo_of(camera((4_000, 1_000)))
    assert (large.width, large.height) == (LONGEST_SIDE, 512)
    clear, written = Pillow.new("RGBA", (8, 8), (0, 0, 0, 0)), io.BytesIO()
    clear.save(written, "PNG")
    with Pillow.open(io.BytesIO(photo_of(written.getvalue()).jpeg)) as kept:
        assert kept.getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        HTML,
        SVG,
        EICAR,
        b"%PDF-1.7 /JavaScript",
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"\xff\xd8\xff\xe0" + HTML,
        HTML + camera(),
        camera()[:-200],
        camera(kind="PNG")[:-30],
        camera(kind="WEBP")[:-20],
        camera(kind="GIF"),
        camera(kind="TIFF"),
        b"push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 'url(https://x)'\n",
    ],
    ids=lambda upload: repr(upload[:12]),
)
def test_what_is_no_whole_photo_is_refused(upload: bytes) -> None:
    assert refused(upload) is Unfit.UNREADABLE


@pytest.mark.parametrize("size", [(6_000, 5_000), (9_000, 9_000), (60_000, 60_000)])
def test_a_bomb_is_not_opened(size: tuple[int, int]) -> None:
    assert size[0] * size[1] > MOST_PIXELS["PNG"]
    assert refused(png_of(*size)) is Unfit.TOO_LARGE


@given(
    st.binary(max_size=200), st.integers(min_value=0, max_value=600), st.sampled_from(["JPEG", "PNG", "WEBP"])
)
def test_no_bytes_break_it(noise: bytes, at: int, kind: str) -> None:
    good = camera((16, 16), kind)
    for upload in (noise, good[:at] + noise + good[at + len(noise) :]):
        try:
            image = photo_of(upload)
        except UnfitPhoto:
            continue
        assert image.jpeg.startswith(b"\xff\xd8")
