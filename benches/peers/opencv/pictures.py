#!/usr/bin/env python3
"""Makes the pictures that `verify.py` times: two photographs of one person, in the sizes and
containers that users send.

    pictures.py OUT [--portraits DIR] [--noise LEVELS] [--quality Q]

For each of two portraits of `datasets/portraits`, in OUT:

    NAME-250.jpg         250 x 250
    NAME-413.jpg         413 x 531, a document's portrait (only the first)
    NAME-1280.jpg        720 x 1280, a selfie's frame (only the second)
    NAME-12mp.jpg        3000 x 4000, baseline, 4:2:0
    NAME-12mp-turned.jpg the same picture lying on its side, as phones store it, and EXIF says so
    NAME-12mp-prog.jpg   progressive
    NAME-12mp.png        the same pixels

12 megapixels are enlarged from what the portrait has (Lanczos). That alone is smoother than a
phone's picture and costs a decoder too little, so luminance noise is added: LEVELS of standard
deviation at mid-grey, less in the dark, correlated over about a pixel as demosaicing leaves it.
Chosen by hand: with the default a file has about 3 MB, as phones' have.
"""
import argparse
import pathlib

import cv2
import numpy as np

# EXIF with one tag: orientation 6, "turn by 90 degrees to the right to see it upright".
TURNED = (b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0" + bytes(4))
JPEG = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, cv2.IMWRITE_JPEG_QUALITY]


def fit(picture, width, height):
    """The middle of the picture at the given aspect, its top kept, resized."""
    h, w = picture.shape[:2]
    cut_w = min(w, h * width // height)
    cut_h = min(h, w * height // width)
    left = (w - cut_w) // 2
    cut = picture[:cut_h, left : left + cut_w]
    smaller = cut_w > width
    return cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LANCZOS4)


def grain(picture, levels, rng):
    """Adds a sensor's noise to luminance."""
    noise = rng.standard_normal(picture.shape[:2], dtype=np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 0.7)
    noise *= levels / noise.std()
    # Photon noise grows with the root of the light; after gamma it is about level.
    noise *= np.sqrt(np.clip(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), 8, None) / 128.0, dtype=np.float32)
    return np.clip(picture + noise[..., None], 0, 255).round().astype(np.uint8)


def jpeg(picture, quality, *more):
    done, data = cv2.imencode(".jpg", picture, [*JPEG, quality, *more])
    assert done
    return data.tobytes()


def turned(picture, quality):
    """The picture lying on its side, with EXIF's word for it behind SOI."""
    data = jpeg(cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE), quality)
    return data[:2] + b"\xff\xe1" + (len(TURNED) + 2).to_bytes(2, "big") + TURNED + data[2:]


def main():
    here = pathlib.Path(__file__).resolve()
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("out", type=pathlib.Path)
    args.add_argument("--portraits", type=pathlib.Path, default=here.parents[3] / "datasets" / "portraits")
    args.add_argument("--names", nargs=2, default=["obama", "obama2"])
    args.add_argument("--noise", type=float, default=10.0)
    args.add_argument("--quality", type=int, default=90)
    args = args.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    for name, small in zip(args.names, [(413, 531), (720, 1280)]):
        picture = cv2.imread(str(args.portraits / f"{name}.jpg"), cv2.IMREAD_COLOR)
        assert picture is not None, name
        big = grain(fit(picture, 3000, 4000), args.noise, rng)
        files = {
            f"{name}-250.jpg": jpeg(fit(picture, 250, 250), args.quality),
            f"{name}-{small[0] if small[0] == 413 else small[1]}.jpg": jpeg(fit(picture, *small), args.quality),
            f"{name}-12mp.jpg": jpeg(big, args.quality),
            f"{name}-12mp-turned.jpg": turned(big, args.quality),
            f"{name}-12mp-prog.jpg": jpeg(big, args.quality, cv2.IMWRITE_JPEG_PROGRESSIVE, 1),
            f"{name}-12mp.png": cv2.imencode(".png", big)[1].tobytes(),
        }
        for file, data in files.items():
            (args.out / file).write_bytes(data)
            print(f"{len(data):9} {file}")


if __name__ == "__main__":
    main()
