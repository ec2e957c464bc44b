"""An upload becomes a photo: decoded for what it is, encoded anew, or refused (TRUST.md S9)."""

import io

from PIL import Image as Pillow
from PIL import ImageOps

from xiaoer.domain.photos import Image, Unfit, UnfitPhoto

FORMATS = ("JPEG", "PNG", "WEBP")  # by what the bytes are; names and declared types are not looked at
# JPEG is decoded at a fraction of its size; the others only as a whole, at four bytes a pixel.
MOST_PIXELS = {"JPEG": 50_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
LONGEST_SIDE = 2_048  # pixels kept: a crack shows, a screen is filled
QUALITY = 85
_WHITE = (255, 255, 255)

Pillow.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())  # twice that, and Pillow itself refuses


def photo_of(upload: bytes) -> Image:
    """Only its pixels, upright: EXIF, place and whatever was hidden behind them are gone. UnfitPhoto.

    Takes up to a second of a processor: call it in a thread.
    """
    try:
        with Pillow.open(io.BytesIO(upload), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS[str(found.format)]:
                raise UnfitPhoto(Unfit.TOO_LARGE)
            return _encoded(_upright(found))
    except UnfitPhoto:
        raise
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning):
        raise UnfitPhoto(Unfit.TOO_LARGE) from None
    except Exception:  # noqa: BLE001 - hostile bytes break decoders in every way there is
        raise UnfitPhoto(Unfit.UNREADABLE) from None


def _upright(found: Pillow.Image) -> Pillow.Image:
    found.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    try:
        return ImageOps.exif_transpose(found)
    except Exception:  # noqa: BLE001 - a broken EXIF block does not make the picture unreadable
        return found


def _encoded(picture: Pillow.Image) -> Image:
    flat = Pillow.new("RGB", picture.size, _WHITE)
    seen = picture.convert("RGBA") if picture.has_transparency_data else picture.convert("RGB")
    flat.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Image(jpeg=written.getvalue(), width=flat.width, height=flat.height)
