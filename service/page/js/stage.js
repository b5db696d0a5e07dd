// What the screen shows while the camera looks: the picture, the oval, a hint in words and shape.

import { button, drawn, element } from "./dom.js";
import { t } from "./texts.js";

// Arrows and signs, in a square of 24. The picture is a mirror, so that the person's left is the
// screen's left.
const SIGNS = {
  move_left: "M20 12H5m6-6-6 6 6 6",
  move_right: "M4 12h15m-6-6 6 6-6 6",
  move_up: "M12 20V5m-6 6 6-6 6 6",
  move_down: "M12 4v15m-6-6 6 6 6-6",
  move_closer: "M3 3l6 6M9 4v5H4m17-6-6 6m0-5v5h5M3 21l6-6m0 5v-5H4m17 6-6-6m0 5v-5h5",
  move_away: "M10 10 4 4m0 5V4h5m5 6 6-6m-5 0h5v5M10 14l-6 6m0-5v5h5m5-6 6 6m-5 0h5v-5",
  ready: "M5 13l5 5L20 6",
  hold: "M8 5v14m8-14v14",
  hold_still: "M8 5v14m8-14v14",
  other: "M12 5v9m0 4v1",
};

/** The stage, full-screen. `parts` are its elements. */
export function stage() {
  const video = element("video", { muted: true, playsinline: true, autoplay: true, "aria-hidden": "true" });
  video.muted = true;
  const hole = drawn("ellipse", { fill: "black" });
  const mask = drawn("mask", { id: "hole" }, drawn("rect", { width: "100%", height: "100%", fill: "white" }), hole);
  const shade = drawn("rect", { width: "100%", height: "100%", class: "shade", mask: "url(#hole)" });
  const oval = drawn("ellipse", { class: "oval" });
  const face = drawn("ellipse", { class: "face" });
  const overlay = drawn("svg", { class: "overlay", "aria-hidden": "true" }, mask, shade, face, oval);
  const view = element("div", { class: "view" }, video, overlay);
  const sign = drawn("path", { d: SIGNS.other });
  const words = element("p", { class: "words" });
  const hint = element("div", { class: "says" }, drawn("svg", { viewBox: "0 0 24 24", class: "sign", "aria-hidden": "true" }, sign), words);
  const progress = element("progress", { max: 1, value: 0, "aria-label": t("face.progress") });
  const controls = element("div", { class: "buttons" });
  // A request, and no wall: somebody's phone may be mounted across.
  const turn = element("div", { class: "turn" }, element("p", {}, t("face.turn")), button(t("face.turn.not"), () => turn.remove(), "quiet"));
  const all = element("div", { class: "stage", "data-hint": "none" }, turn, hint, view, progress, controls);

  const place = (shape, { center_x, center_y, width, height }) => {
    for (const [name, value] of Object.entries({ cx: center_x, cy: center_y, rx: width / 2, ry: height / 2 })) shape.setAttribute(name, value);
  };
  return {
    all,
    video,
    controls,
    say(text, shape = "other") {
      words.textContent = text;
      sign.setAttribute("d", SIGNS[shape] ?? SIGNS.other);
      all.dataset.hint = shape;
    },
    /** Where the oval is, and the face that is followed. */
    draw({ frame_width, frame_height, oval: wanted, face: found }) {
      overlay.setAttribute("viewBox", `0 0 ${frame_width} ${frame_height}`);
      view.style.setProperty("--aspect", frame_width / frame_height);
      place(hole, wanted);
      place(oval, wanted);
      face.style.display = found?.oval ? "" : "none";
      if (found?.oval) place(face, found.oval);
    },
    progress(value) {
      progress.value = value;
    },
    mode(name) {
      all.dataset.mode = name;
    },
  };
}
