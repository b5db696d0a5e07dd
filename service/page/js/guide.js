// Guidance in the page: the crate in WebAssembly, in a worker of its own. The service judges again.

import { Engine } from "../selfsame/selfsame.js";

let loading;

/** Begins to fetch the module and its networks, so that they are there when the camera is. */
export function preload() {
  // The portable module is the only one here, which keeps the page light.
  loading ??= Engine.load({ base: new URL("../selfsame/", import.meta.url), models: "../models/", relaxed: false }).catch((error) => {
    // Without it the service's own hints are shown.
    console.warn("no guidance in the page:", error);
    loading = undefined;
    return null;
  });
  return loading;
}

/** A follower of a face, null where there is none. It is patient: somebody puts on glasses. */
export async function watch(ovalWidth) {
  const engine = await preload();
  return engine?.watch({ ovalWidth, timeoutUs: 600e6 }) ?? null;
}
