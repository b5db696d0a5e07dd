"""Writes the JPEG 2000 files beside it: PyPI pillow 12 (OpenJPEG 2.5).

portrait.jp2   240 × 320 px of datasets/portraits/astronaut.png (NASA, public domain), colour, lossy, about 10 KB, as a chip has it
card.jp2       40 × 30 px, colour, lossless, two layers: [6x, 8y, 2((7x + 3y) mod 64)]
card.j2k       40 × 30 px, grey, lossless, a bare codestream of 16 × 16 px tiles: 5x + 3y mod 256

Those in jpeg2000/ are bare codestreams of 24 × 16 px, lossless and without a colour transform, by opj_compress of OpenJPEG 2.5
(Debian: libopenjp2-tools); x and y count samples:
rgba.j2k       10x, 16y, 5x + 3y, 255 - 9x
ga.j2k         10x, 255 - 9x
ycc420.j2k     10x, then of half the width and height 20x, 255 - 30y
offset.j2k     10x, 16y, 5x + 3y; from (5, 3) of the reference grid on, in tiles of 16 × 16 from (4, 2) on
index.j2k      (x + y) mod 4
mixed.j2k      10x, 16y, x + y mod 32 as 5 bits
"""

import pathlib
import subprocess
import tempfile

from PIL import Image

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent

portrait = Image.open(ROOT / "datasets/portraits/astronaut.png").convert("RGB").crop((100, 0, 340, 320))
portrait.save(HERE / "portrait.jp2", quality_mode="rates", quality_layers=[23], irreversible=True, mct=1)

colour = Image.new("RGB", (40, 30))
colour.putdata([(6 * x, 8 * y, 2 * ((7 * x + 3 * y) % 64)) for y in range(30) for x in range(40)])
colour.save(HERE / "card.jp2", quality_mode="rates", quality_layers=[8, 1], irreversible=False, mct=1, num_resolutions=4)

grey = Image.new("L", (40, 30))
grey.putdata([(5 * x + 3 * y) % 256 for y in range(30) for x in range(40)])
grey.save(HERE / "card.j2k", no_jp2=True, irreversible=False, tile_size=(16, 16), num_resolutions=3)

SMALL = HERE / "jpeg2000"


def planes(*formulas):
    return [bytes(f(x, y) for y in range(height) for x in range(width)) for f, width, height in formulas]


def compress(name, planes, spacings, *options):
    with tempfile.TemporaryDirectory() as folder:
        raw = pathlib.Path(folder) / "in.rawl"
        raw.write_bytes(b"".join(planes))
        form = f"24,16,{len(planes)},8,u@{':'.join(spacings)}"
        command = ["opj_compress", "-i", raw, "-o", SMALL / name, "-F", form, "-mct", "0", "-n", "3", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


whole = lambda f: (f, 24, 16)
half = lambda f: (f, 12, 8)
red, green, blue = whole(lambda x, y: 10 * x), whole(lambda x, y: 16 * y), whole(lambda x, y: 5 * x + 3 * y)
alpha = whole(lambda x, y: 255 - 9 * x)
SMALL.mkdir(exist_ok=True)
compress("rgba.j2k", planes(red, green, blue, alpha), ["1x1"] * 4)
compress("ga.j2k", planes(red, alpha), ["1x1"] * 2)
compress("ycc420.j2k", planes(red, half(lambda x, y: 20 * x), half(lambda x, y: 255 - 30 * y)), ["1x1", "2x2", "2x2"])
compress("offset.j2k", planes(red, green, blue), ["1x1"] * 3, "-d", "5,3", "-T", "4,2", "-t", "16,16")
compress("index.j2k", planes(whole(lambda x, y: (x + y) % 4)), ["1x1"])
# A component's depth says how far its samples are moved up, by half their range: 128 becomes 16.
compress("mixed.j2k", planes(red, green, whole(lambda x, y: (x + y) % 32 + 112)), ["1x1"] * 3)
mixed = bytearray((SMALL / "mixed.j2k").read_bytes())
depth = mixed.index(b"\xff\x51") + 40 + 6
assert mixed[depth] == 7
mixed[depth] = 4
(SMALL / "mixed.j2k").write_bytes(mixed)
