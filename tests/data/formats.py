"""Writes tests/data/formats: GIFs, TIFFs and JPEG XLs of known pixels, by programs other than this project's.

Needs Pillow 12, and cjxl of libjxl 0.7 and tiffcp of libtiff 4.5 (Debian: libjxl-tools, libtiff-tools)."""

import pathlib
import subprocess
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).resolve().parent / "formats"
SIZE = (40, 30)
work = pathlib.Path(tempfile.mkdtemp())


def picture(mode):
    """The pixels that `tests/suite/formats/mod.rs` expects."""
    image = Image.new(mode, SIZE)
    for y in range(SIZE[1]):
        for x in range(SIZE[0]):
            rgb = (6 * x, 8 * y, x * y % 256)
            alpha = 255 if x >= 20 else 0
            value = {"RGB": rgb, "RGBA": (*rgb, alpha), "L": 6 * x, "LA": (6 * x, alpha), "1": 255 * ((x // 3 + y) % 2),
                     "P": x // 5 + 8 * (y // 8)}[mode]
            image.putpixel((x, y), value)
    if mode == "P":
        image.putpalette([v for i in range(32) for v in (30 * (i % 8), 60 * (i // 8), 100)])
    return image


def tiff(name, mode="RGB", tiffcp=(), **options):
    plain = work / "plain.tif"
    picture(mode).save(plain, **options)
    subprocess.run(["tiffcp", *tiffcp, plain, HERE / name], check=True)


def jxl(name, mode, *options):
    plain = work / "plain.png"
    picture(mode).save(plain)
    subprocess.run(["cjxl", plain, HERE / name, "--quiet", *options], check=True)


HERE.mkdir(exist_ok=True)
tiff("strips.tif", tiffcp=("-r", "7"))
tiff("lzw.tif", tiffcp=("-r", "7", "-c", "lzw:2"))
tiff("zip.tif", tiffcp=("-c", "zip:2", "-B"))
tiff("packbits.tif", tiffcp=("-c", "packbits"))
tiff("tiles.tif", tiffcp=("-t", "-w", "16", "-l", "16", "-c", "lzw"))
tiff("planes.tif", tiffcp=("-p", "separate", "-r", "9", "-c", "zip"))
tiff("big.tif", tiffcp=("-8", "-r", "11", "-c", "lzw"))
tiff("rgba.tif", "RGBA")
tiff("gray.tif", "L")
tiff("gray_alpha.tif", "LA")
tiff("bits.tif", "1")
tiff("fax.tif", "1", tiffcp=("-c", "g4"))
tiff("palette.tif", "P")
tiff("jpeg.tif", tiffcp=("-c", "jpeg"))
picture("RGB").convert("CMYK").save(HERE / "inks.tif")
picture("RGB").save(HERE / "turned.tif", tiffinfo={274: 6})
pages = [picture("RGB"), Image.new("RGB", (50, 60))]
pages[0].save(HERE / "pages.tif", save_all=True, append_images=pages[1:])

picture("P").save(HERE / "plain.gif", interlace=0)
picture("P").save(HERE / "interlaced.gif", interlace=1)
picture("P").save(HERE / "transparent.gif", transparency=9)
picture("P").save(HERE / "animated.gif", save_all=True, append_images=[picture("P").rotate(180)], duration=100)

jxl("lossless.jxl", "RGB", "-d", "0")
jxl("container.jxl", "RGB", "-d", "0", "--container=1")
jxl("gray.jxl", "L", "-d", "0")
jxl("rgba.jxl", "RGBA", "-d", "0")
jxl("lossy.jxl", "RGB", "-d", "1")
jxl("hidden.jxl", "RGB", "-d", "1", "--progressive_dc=1")
jxl("squeezed.jxl", "RGB", "-d", "0", "-R", "1")
jxl("p3.jxl", "RGB", "-d", "0", "-x", "color_space=RGB_D65_DCI_Rel_SRG")
jxl("pq.jxl", "RGB", "-d", "0", "-x", "color_space=RGB_D65_202_Rel_PeQ")
exif = Image.Exif()
exif[274] = 6
picture("RGB").save(work / "turned.jpg", exif=exif, quality=95)
subprocess.run(["cjxl", work / "turned.jpg", HERE / "turned.jxl", "--quiet", "--lossless_jpeg=1"], check=True)
subprocess.run(["cjxl", HERE / "animated.gif", HERE / "animated.jxl", "--quiet"], check=True)
