// Frames become JPEG here, beside the page.

const QUALITY = 0.92;
let canvas;
let context;

addEventListener("message", async ({ data: { id, frame, shorter } }) => {
  try {
    const [width, height] = [frame.displayWidth ?? frame.width, frame.displayHeight ?? frame.height];
    const scale = Math.min(1, shorter / Math.min(width, height));
    const [w, h] = [Math.round(scale * width), Math.round(scale * height)];
    if (canvas?.width !== w || canvas?.height !== h) {
      canvas = new OffscreenCanvas(w, h);
      context = canvas.getContext("2d", { alpha: false });
    }
    context.drawImage(frame, 0, 0, w, h);
    frame.close();
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
    const jpeg = await blob.arrayBuffer();
    postMessage({ id, jpeg }, [jpeg]);
  } catch (error) {
    frame.close();
    postMessage({ id, error: error.message });
  }
});
