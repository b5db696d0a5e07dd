// The document: a chip's files, a picture file, or the page before the camera.

import { send } from "../api.js";
import * as cameras from "../camera.js";
import { button, buttons, choice, element, field, onLeave, paragraphs, problems, show } from "../dom.js";
import { t } from "../texts.js";

const CHIP = ["sod", "dg1", "dg2", "com", "dg11", "dg14", "dg15"];

async function post(parts, go) {
  const body = new FormData();
  for (const [name, file] of parts) body.append(name, file, file.name ?? `${name}.jpg`);
  await go(await send("document", body, 60_000));
}

export function document(step, go) {
  const way = choice(t("document.way"), "way", ["camera", "page", "portrait", "chip"].map((way) => [way, t(`document.${way}`), t(`document.${way}.hint`)]), "camera");
  const next = () => ({ camera: byCamera, chip })[way.value()]?.(step, go) ?? (["page", "portrait"].includes(way.value()) && file(way.value(), step, go));
  show(t("document.title"), problems(go.reasons(step)), ...paragraphs(t("document.intro", { number: step.document_number ?? "" })), way.group, buttons(button(t("continue"), next)));
}

function file(part, step, go) {
  const picked = field(t(`document.${part}`), { name: part, type: "file", accept: part === "page" ? "image/*" : "image/*,.dg2,.bin" }, t(`document.${part}.hint`));
  const sent = () => go.guarded(() => picked.input.files[0] && post([[part, picked.input.files[0]]], go));
  show(t("document.title"), picked.row, buttons(button(t("document.send"), sent), button(t("back"), () => document(step, go), "quiet")));
  return true;
}

function chip(step, go) {
  const rows = CHIP.map((name, i) => [name, field(t("document.file", { name: name.toUpperCase() }), { name, type: "file" }, i < 3 ? null : t("document.optional"))]);
  const sent = () => go.guarded(() => post(rows.filter(([, { input }]) => input.files[0]).map(([name, { input }]) => [name, input.files[0]]), go));
  show(t("document.title"), ...paragraphs(t("document.chip.explain")), ...rows.map(([, { row }]) => row), buttons(button(t("document.send"), sent), button(t("back"), () => document(step, go), "quiet")));
  return true;
}

/** The outline of a passport's data page, 125 × 88 mm (ISO/IEC 7810, ID-3), over the picture. */
function byCamera(step, go) {
  go.guarded(async () => {
    const video = element("video", { muted: true, playsinline: true, autoplay: true });
    video.muted = true;
    const frame = element("div", { class: "page-camera" }, video, element("div", { class: "outline", "aria-hidden": "true" }));
    let stream;
    onLeave(() => cameras.stop(stream));
    const take = () => go.guarded(async () => {
      const canvas = Object.assign(window.document.createElement("canvas"), { width: video.videoWidth, height: video.videoHeight });
      canvas.getContext("2d").drawImage(video, 0, 0);
      const picture = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.92));
      await post([["page", picture]], go);
    });
    show(t("document.title"), ...paragraphs(t("document.camera.explain")), frame, buttons(button(t("document.take"), take), button(t("back"), () => document(step, go), "quiet")));
    onLeave(() => cameras.stop(stream));
    stream = await cameras.open({ rear: true });
    await cameras.play(video, stream);
  });
  return true;
}
