// A film strip of screenshots that the tests have kept (SELFSAME_PICTURES), as one WebP:
// node service/page/tests/strip.mjs OUT PICTURE.png ...

import { readFileSync, writeFileSync } from "node:fs";
import { Browser } from "./driver.mjs";

const [out, ...pictures] = process.argv.slice(2);
const WIDTH = 195;
const PER_ROW = 8;

const browser = await Browser.start({ width: 800, height: 600 });
try {
  await browser.go("about:blank");
  const files = pictures.map((path) => `data:image/png;base64,${readFileSync(path).toString("base64")}`);
  const url = await browser.runAsync(
    `const [files, width, perRow, done] = arguments;
    Promise.all(files.map(async (file) => createImageBitmap(await (await fetch(file)).blob()))).then((all) => {
      const height = Math.round((width * all[0].height) / all[0].width), gap = 8;
      const canvas = Object.assign(document.createElement("canvas"), { width: perRow * (width + gap) + gap, height: Math.ceil(all.length / perRow) * (height + gap) + gap });
      const context = canvas.getContext("2d");
      context.fillStyle = "#6b7a85";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.imageSmoothingQuality = "high";
      all.forEach((picture, i) => context.drawImage(picture, gap + (i % perRow) * (width + gap), gap + Math.floor(i / perRow) * (height + gap), width, height));
      done(canvas.toDataURL("image/webp", 0.8));
    }, (error) => done(String(error)));`,
    files,
    WIDTH,
    PER_ROW,
  );
  const bytes = Buffer.from(url.split(",")[1], "base64");
  writeFileSync(out, bytes);
  console.log(`${out}: ${pictures.length} pictures, ${bytes.length} bytes`);
} finally {
  await browser.stop();
}
