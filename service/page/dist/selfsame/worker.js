// A worker around one instance.

import { Requests } from "./requests.js";

const requests = new Requests();

addEventListener("message", async ({ data: { id, name, values } }) => {
  try {
    const answer = await requests.ask(name, ...values);
    postMessage({ id, answer }, answer?.data instanceof Uint8ClampedArray ? [answer.data.buffer] : []);
  } catch (error) {
    const { code = "backend", stage = "engine", message, advice = "report it with its message" } = error;
    postMessage({ id, error: { code, stage, message, advice } });
  }
});
