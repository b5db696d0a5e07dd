"""Draws the characters of machine-readable zones: `models/ocr_b.bin` and `tests/data/ocr_b.txt`.

Run by hand, with the fonts of Debian's package `fonts-ocr-b` (0.3, by M. Skala after N. Schwarz;
public domain, and "use, modify and distribute without limitation") and PyPI `fonttools`:

    python models/convert/ocr_b.py

`models/ocr_b.bin` holds 37 characters (0 to 9, A to Z, <) of the cut "Regular", each 28 rows of 20
bytes from the upper left: the share of the pixel that is ink, 255 for all of it. A cell is one
character's pitch wide. Its upper edge lies 890 units above the baseline; 723 units are the pitch.

`tests/data/ocr_b.txt` holds outlines for drawing pages, of the cuts "Regular" and "Sharp": lines of
cut, character and the contours' points, in units from the baseline up. The cell's left edge is 0.
"""

from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

FONTS = Path("/usr/share/fonts/opentype/ocr-b")
ROOT = Path(__file__).resolve().parents[2]
CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"
WIDTH, HEIGHT, PITCH, TOP = 20, 28, 723, 890
# Points of a curve, and samples along each side of a pixel.
STEPS, SAMPLES = 6, 8


class Contours(BasePen):
    """A glyph's contours as points; curves become STEPS straight lines."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.contours = []

    def _moveTo(self, p):
        self.contours.append([p])

    def _lineTo(self, p):
        self.contours[-1].append(p)

    def _curveToOne(self, b, c, d):
        a = self.contours[-1][-1]
        for i in range(1, STEPS + 1):
            t = i / STEPS
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            self.contours[-1].append(tuple(sum(w * p[k] for w, p in zip(weights, (a, b, c, d))) for k in (0, 1)))


def contours(font, character):
    glyphs = font.getGlyphSet()
    glyph = glyphs[font.getBestCmap()[ord(character)]]
    assert glyph.width == PITCH
    pen = Contours(glyphs)
    glyph.draw(pen)
    return [[(round(x), round(y)) for x, y in contour] for contour in pen.contours]


def inside(shape, x, y):
    """Whether the point is ink: the winding number is not 0."""
    winding = 0
    for contour in shape:
        for (x0, y0), (x1, y1) in zip(contour, contour[1:] + contour[:1]):
            if (y0 <= y) != (y1 <= y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
                winding += 1 if y1 > y0 else -1
    return winding != 0


def bitmap(shape):
    unit = PITCH / WIDTH
    offsets = [(i + 0.5) / SAMPLES for i in range(SAMPLES)]
    for row in range(HEIGHT):
        for column in range(WIDTH):
            points = (((column + u) * unit, TOP - (row + v) * unit) for u in offsets for v in offsets)
            yield round(255 * sum(inside(shape, *p) for p in points) / SAMPLES**2)


def main():
    regular = TTFont(FONTS / "OCRB.otf")
    image = bytes(value for character in CHARACTERS for value in bitmap(contours(regular, character)))
    (ROOT / "models/ocr_b.bin").write_bytes(image)
    lines = []
    for cut, font in (("regular", regular), ("sharp", TTFont(FONTS / "OCRBS.otf"))):
        for character in CHARACTERS:
            shape = contours(font, character)
            lines.append(f"{cut} {character} " + " ; ".join(" ".join(f"{x},{y}" for x, y in c) for c in shape))
    (ROOT / "tests/data/ocr_b.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
