// Put into a page before its own scripts: the camera is replaced by one that answers. It looks at
// what the page shows, at every animation frame, and tells the mixer, which lights a simulated
// scene by it. `CONFIG` is replaced by the test.

(() => {
  const config = CONFIG;
  // A page of the browser itself, such as that of a lost network.
  if (!navigator.mediaDevices) return;
  const colorOf = (text) => (text.match(/[\d.]+/g) ?? [255, 255, 255]).slice(0, 3).map(Number);
  const camera = (deviceId, label) => ({ kind: "videoinput", deviceId, label, groupId: "", toJSON() {} });
  let running;

  function stream(species) {
    const generator = new MediaStreamTrackGenerator({ kind: "video" });
    const mixer = new Worker("/answering/mixer.js");
    mixer.postMessage({ ...config, species, writable: generator.writable }, [generator.writable]);
    running?.terminate();
    running = mixer;
    let told = "";
    const tell = () => {
      if (running !== mixer) return;
      requestAnimationFrame(tell);
      const surface = document.querySelector(".stage") ?? document.body;
      const shown = surface ? getComputedStyle(surface).backgroundColor : "rgb(255, 255, 255)";
      if (shown === told) return;
      told = shown;
      mixer.postMessage({ color: colorOf(shown), at: performance.timeOrigin + performance.now() });
    };
    tell();
    const stop = generator.stop.bind(generator);
    generator.stop = () => (mixer.terminate(), stop());
    generator.getSettings = () => ({ deviceId: species, width: 480, height: 640, facingMode: "user" });
    return new MediaStream([generator]);
  }

  navigator.mediaDevices.enumerateDevices = async () => config.cameras.map((species) => camera(species, `Camera ${species}`));
  navigator.mediaDevices.getUserMedia = async ({ video }) => {
    if (config.denied) throw new DOMException("denied by the person", "NotAllowedError");
    const wanted = video?.deviceId?.exact;
    if (wanted && !config.cameras.includes(wanted)) throw new DOMException("no such camera", "OverconstrainedError");
    return stream(wanted ?? config.cameras[0]);
  };
})();
