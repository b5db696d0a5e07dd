"""The Python binding against Rust: `python -m unittest discover bindings/python/tests`, from the repository's root.

SELFSAME_VERIFY names the example `verify`, built; without it the comparison with Rust is skipped, and says so."""

import importlib.util
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest

import numpy
import selfsame

ROOT = pathlib.Path(__file__).resolve().parents[3]
PORTRAITS = ROOT / "datasets" / "portraits"
OBAMA, OBAMA2, BIDEN = (PORTRAITS / f"{name}.jpg" for name in ("obama", "obama2", "biden"))
ENGINE = selfsame.Engine()
CHALLENGE = """{"format":1,"id":"000102030405060708090a0b0c0d0e0f",
"nonce":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","issued_at":1790000000,"expires_at":1790000120,
"segments":[{"start_us":0,"duration_us":700000,"color":[128,128,128]},{"start_us":800000,"duration_us":400000,"color":[255,0,0],"region":"top"}]}"""


class Parity(unittest.TestCase):
    def test_scores_have_the_bits_of_rust(self):
        verify = os.environ.get("SELFSAME_VERIFY")
        if not verify:
            self.skipTest("SELFSAME_VERIFY names no program")
        for selfie in (OBAMA2, BIDEN):
            said = json.loads(subprocess.run([verify, OBAMA, selfie, "--json"], capture_output=True).stdout)
            answer = ENGINE.verify(OBAMA, selfie, fmr=1e-4)
            self.assertEqual(numpy.float32(answer.compared.score).tobytes(), numpy.float32(said["score"]).tobytes())
            self.assertEqual(answer.threshold.score, said["threshold"])
            self.assertEqual((answer.decision, answer.reasons), (said["decision"], said["reasons"]))
            self.assertEqual(answer.selfie.face.remarks, said["faces"]["selfie"]["face"]["remarks"])

    def test_paths_bytes_arrays_and_templates_say_the_same(self):
        by_path = ENGINE.verify(str(OBAMA), OBAMA2)
        self.assertEqual(by_path, ENGINE.verify(OBAMA.read_bytes(), OBAMA2.read_bytes()))
        one, face, reasons = ENGINE.template(OBAMA)
        self.assertEqual((reasons, face.remarks), ([], by_path.document.face.remarks))
        back = selfsame.Template.from_bytes(one.to_bytes())
        two = ENGINE.template(OBAMA2)[0]
        self.assertEqual(ENGINE.compare(back, two).compared, by_path.compared)
        self.assertEqual((one.values.dtype, one.values.shape), (numpy.float32, (ENGINE.dimension,)))


class Queries(unittest.TestCase):
    def test_daft_templates_each_picture_once_with_the_bits_of_a_call(self):
        try:
            import daft
        except ImportError:
            self.skipTest("daft is not installed")

        @daft.cls
        class Faces:
            def __init__(self, log):
                self.engine, self.log = selfsame.Engine(), log

            @daft.method.batch(return_dtype=daft.DataType.binary())
            def template(self, pictures):
                with open(self.log, "a") as log:
                    print(len(pictures), file=log)
                return [one and one.to_bytes() for one in self.engine.templates(pictures.to_pylist())]

        pictures = [path.read_bytes() for path in (OBAMA, OBAMA2, BIDEN)] + [b"broken"]
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "log"
            face = daft.col("face")
            made = daft.from_pydict({"id": [1, 2, 3, 4], "picture": pictures}).with_column("face", Faces(str(log)).template(daft.col("picture")))
            # A filter over the column, which an optimiser might push below what makes it.
            rows = made.where(face.not_null()).select("id", "face").sort("id").to_pydict()
            self.assertEqual(sum(map(int, log.read_text().split())), len(pictures))
        self.assertEqual(rows["id"], [1, 2, 3])
        self.assertEqual(rows["face"], [one.to_bytes() for one in ENGINE.templates(pictures[:3])])


class Batches(unittest.TestCase):
    def test_matrices_progress_and_cancelling(self):
        heard = []
        batch = ENGINE.templates([OBAMA, b"broken", OBAMA2, "/nonexistent"], progress=lambda *at: heard.append(at))
        self.assertEqual([done for done, _ in heard], [1, 2, 3, 4])
        self.assertEqual(batch.reasons, [[], ["unsupported_format"], [], ["io"]])
        self.assertEqual(batch.values.shape, (4, ENGINE.dimension))
        self.assertTrue(numpy.isnan(batch.values[1]).all() and batch[1] is None and batch[-2] is not None)
        matrix = selfsame.scores(batch, threads=2)
        self.assertEqual(matrix[0, 2].tobytes(), numpy.float32(ENGINE.verify(OBAMA, OBAMA2).compared.score).tobytes())
        self.assertTrue(numpy.isnan(matrix[1]).all())
        self.assertTrue((selfsame.scores(selfsame.Templates([batch[0]]), batch)[0, 2] == matrix[0, 2]))
        with self.assertRaises(selfsame.SelfsameError) as raised:
            ENGINE.templates([OBAMA, OBAMA2, BIDEN], progress=lambda done, total: False)
        self.assertEqual(raised.exception.code, "cancelled")
        with self.assertRaises(ZeroDivisionError):
            ENGINE.templates([OBAMA, OBAMA2], progress=lambda done, total: 1 / 0)

    def test_rates(self):
        people = numpy.repeat(numpy.arange(12), 2)
        same = people[:, None] == people[None, :]
        noise = numpy.add.outer(numpy.arange(24), numpy.arange(24)) / 1000
        rates = selfsame.error_rates(numpy.where(same, 0.9, noise).astype(numpy.float32), people, [0.01], replicates=100)
        self.assertEqual((rates.people, rates.genuine_pairs, rates.impostor_pairs), (12, 12, 264))
        self.assertEqual((rates.at_fmr[0].fnmr, rates.equal_error_rate), (0.0, 0.0))
        self.assertIsInstance(rates.at_fmr[0].fnmr_interval, selfsame.RateInterval)


class Frames(unittest.TestCase):
    def test_frames_of_every_form(self):
        watch = ENGINE.watch(still_us=0)
        frame = numpy.zeros((120, 160, 3), numpy.uint8)
        self.assertEqual(watch.frame(frame, 0).hint, "no_face")
        self.assertEqual(watch.frame(numpy.zeros((180, 160), numpy.uint8), 40_000, "nv12").frame_height, 120)
        self.assertEqual(watch.frame(frame, 80_000, rotation_degrees=90).frame_width, 120)
        self.assertEqual(watch.best_pictures(), [])
        for wrong in (frame[:, ::2], frame.astype(float), frame[0, 0], numpy.zeros((0, 0, 3), numpy.uint8), "text"):
            with self.assertRaises((ValueError, TypeError, selfsame.SelfsameError)):
                watch.frame(wrong, 120_000)
        self.assertIn(ENGINE.guide(frame).hint, selfsame.hints())

    def test_flashes(self):
        challenge = selfsame.FlashChallenge(CHALLENGE)
        self.assertEqual((len(challenge.flashes()), challenge.total_us), (2, 1_200_000))
        self.assertEqual(challenge.shown_at(900_000).region, "top")
        self.assertIsNone(challenge.shown_at(750_000))
        with self.assertRaises(selfsame.SelfsameError):
            ENGINE.flash_session(challenge)


class House(unittest.TestCase):
    def test_errors_say_what_to_do(self):
        with self.assertRaises(selfsame.SelfsameError) as raised:
            ENGINE.verify(b"no picture", OBAMA)
        error = raised.exception
        self.assertEqual((error.code, error.stage), ("unsupported_format", "decode"))
        self.assertTrue(str(error) and error.advice)
        with self.assertRaises(OSError):
            ENGINE.verify("/nonexistent", OBAMA)
        with self.assertRaises(selfsame.SelfsameError):
            selfsame.Engine(profile="slow")

    def test_other_threads_run_meanwhile(self):
        ended = threading.Event()
        thread = threading.Thread(target=lambda: (ENGINE.templates([OBAMA] * 6), ended.set()))
        counted = 0
        thread.start()
        while not ended.wait(0.001):
            counted += 1
        thread.join()
        self.assertGreater(counted, 3)

    def test_stubs_name_what_is_there(self):
        stub = (pathlib.Path(selfsame.__file__).parent / "_selfsame.pyi").read_text()
        for kind in (selfsame.Engine, selfsame.Template, selfsame.Templates, selfsame.Watch, selfsame.FlashChallenge, selfsame.FlashSession):
            written = re.search(rf"^class {kind.__name__}\b.*?(?=^\S)", stub + "\nend", re.M | re.S).group()
            names = {name for name in vars(kind) if not name.startswith("_")}
            self.assertEqual(names, set(re.findall(r"def ([a-z]\w*)", written)), kind)
        for name in selfsame.__all__:
            self.assertTrue(hasattr(selfsame, name))

    def test_readme_runs(self):
        readme = (ROOT / "bindings" / "python" / "README.md").read_text()
        programs = re.findall(r"```python\n(.*?)```", readme, re.S)
        self.assertEqual(len(programs), 2)
        if importlib.util.find_spec("daft") is None:
            programs.pop()
        here = os.getcwd()
        os.chdir(ROOT)
        try:
            for program in programs:
                self.assertLessEqual(len(program.splitlines()), 11)
                exec(program, {})
        finally:
            os.chdir(here)


if __name__ == "__main__":
    unittest.main()
