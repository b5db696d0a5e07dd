// The service's calls. Every one has a bound in time; what only reads is tried again.

const TOKEN = "enrolment";
const TRIES = 4;

/** No answer came: the network, or the service, is away. Nothing is lost. */
export class Lost extends Error {}

/** The service said no: `code` is its word. */
export class Refused extends Error {
  constructor(status, { code, message, retry_after_s } = {}) {
    super(message ?? `status ${status}`);
    Object.assign(this, { status, code, retryAfterS: retry_after_s });
  }
}

/** This tab's enrolment: another tab has its own. */
export const token = {
  get: () => sessionStorage.getItem(TOKEN),
  set: (value) => sessionStorage.setItem(TOKEN, value),
  clear: () => sessionStorage.removeItem(TOKEN),
};

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function once(method, path, body, timeoutMs) {
  const headers = {};
  if (token.get()) headers.authorization = `Bearer ${token.get()}`;
  const form = body instanceof FormData;
  if (body && !form) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(`api/v1/${path}`, { method, headers, body: form ? body : body && JSON.stringify(body), signal: AbortSignal.timeout(timeoutMs), cache: "no-store" });
    const answer = await response.json();
    if (response.ok) return answer;
    throw new Refused(response.status, answer.error);
  } catch (error) {
    if (error instanceof Refused) throw error;
    // An answer that is no JSON is a proxy's.
    throw response && !response.ok && response.status < 500 ? new Refused(response.status) : new Lost(error.message);
  }
}

/** Asks, and asks again: `waiting` hears that it takes longer. */
export async function read(path, waiting = () => {}) {
  for (let tried = 1; ; tried++) {
    try {
      return await once("GET", path, undefined, 10_000);
    } catch (error) {
      const again = error instanceof Lost || error.status === 503 || error.status === 429;
      if (!again || tried === TRIES) throw error;
      waiting(tried);
      await pause(Math.min(1000 * (error.retryAfterS ?? 0.5 * 2 ** (tried - 1)), 8000));
    }
  }
}

/** Sends once: after a lost answer one reads the step, which says whether it arrived. */
export async function send(path, body = {}, timeoutMs = 20_000) {
  for (let tried = 1; ; tried++) {
    try {
      return await once("POST", path, body, timeoutMs);
    } catch (error) {
      // The service was too busy to look at it, and says so.
      if (!(error.status === 503 || error.status === 429) || tried === TRIES) throw error;
      await pause(Math.min(1000 * (error.retryAfterS ?? 2), 8000));
    }
  }
}
