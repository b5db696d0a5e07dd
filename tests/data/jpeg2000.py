"""Writes the JPEG 2000 files beside it: PyPI pillow 12 (OpenJPEG 2.5).

portrait.jp2   240 × 320 px of datasets/portraits/astronaut.png (NASA, public domain), colour, lossy, about 10 KB, as a chip has it
card.jp2       40 × 30 px, colour, lossless, two layers: [6x, 8y, 2((7x + 3y) mod 64)]
card.j2k       40 × 30 px, grey, lossless, a bare codestream of 16 × 16 px tiles: 5x + 3y mod 256
"""

import pathlib

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
