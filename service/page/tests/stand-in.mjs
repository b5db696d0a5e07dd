// A stand-in for the service: the same calls (docs in service/openapi.json), and no judgement. It
// lets tests of the page alone run without engine and database: timing, help, accessibility.

import { randomBytes } from "node:crypto";
import { accept } from "./websocket.mjs";

const ORDER = ["form", "document", "instructions", "oval", "confirmation", "consent", "on_device", "enrolled"];
const COLORS = [[128, 128, 128], [255, 0, 0], [0, 0, 255], [0, 255, 0], [255, 0, 255], [0, 255, 255], [255, 255, 0], [0, 0, 255], [255, 0, 0], [0, 255, 0], [128, 128, 128]];
const SLOT_US = 400_000;

export class StandIn {
  enrolments = new Map();
  codes = new Map();
  accounts = new Map();
  /** What was said to be shown, and the times of frames, of the last face check. */
  shown = [];
  frames = [];
  /** What the next face checks answer with instead of going on. */
  refusals = [];
  /** Whether it records, and the labels that it was given. */
  recorder = false;
  labels = [];

  #step(e) {
    const { phase, kind, method } = e;
    const old = kind !== "new_registration" || method === "active_account";
    const step = { phase, kind, method, needs_old_account: old, time_left_s: 900, reasons: e.reasons ?? [], document_number: e.number, applicant: e.applicant };
    if (e.advice) step.advice = e.advice;
    if (phase === "confirmation") Object.assign(step, { code: e.code, old_account: e.applicant.old_account });
    if (phase === "consent") step.old_account = e.applicant.old_account;
    if (phase === "on_device") step.proofing = "ab".repeat(32);
    if (phase === "enrolled") Object.assign(step, { account: e.account, keys: e.keys, replaced: kind === "new_registration" ? undefined : e.applicant.old_account });
    if (phase === "terminated") step.end = e.end;
    return step;
  }

  #next(e) {
    const needs = { confirmation: e.kind !== "new_registration" || e.method === "active_account", consent: e.kind !== "new_registration" };
    do e.phase = ORDER[ORDER.indexOf(e.phase) + 1];
    while (needs[e.phase] === false);
    if (e.phase === "confirmation") {
      e.code = `${randomBytes(2).toString("hex")}-${randomBytes(2).toString("hex")}`.toUpperCase();
      this.codes.set(e.code, e);
    }
    delete e.advice;
    delete e.reasons;
  }

  #of = (request) => this.enrolments.get(request.headers.authorization?.slice(7));

  /** One call: status and answer. */
  call(request, path, body) {
    const [, code] = /^confirmations\/(.+)$/.exec(path) ?? [];
    if (code) return this.#confirmation(request, decodeURIComponent(code), body);
    if (path === "enrolments") {
      const { kind, method, document_number: number } = JSON.parse(body);
      if (number.length < 5) return [400, { error: { code: "malformed", message: "no such number" } }];
      const token = randomBytes(12).toString("hex");
      const e = { phase: "form", kind, method, number };
      this.enrolments.set(token, e);
      return [201, { token, device: "device", step: this.#step(e) }];
    }
    if (path === "about") return [200, { recorder: this.recorder }];
    const e = this.#of(request);
    if (!e) return [401, { error: { code: "token", message: "unknown" } }];
    const json = () => JSON.parse(body);
    if (path === "form") {
      e.applicant = json();
      this.#next(e);
    } else if (path === "consent" && json().refuse) {
      Object.assign(e, { phase: "terminated", end: { code: "consent_refused", text: "refused", wait_s: 0 } });
    } else if (["document", "instructions", "consent"].includes(path)) this.#next(e);
    else if (path === "signature") {
      Object.assign(e, { keys: json().keys, account: `account-${this.accounts.size + 1}` });
      this.accounts.set(e.account, e.keys);
      this.#next(e);
    } else if (path === "abandon") Object.assign(e, { phase: "terminated", end: { code: "abandoned", text: "abandoned", wait_s: 0 } });
    else if (path !== "step") return [404, { error: { code: "not_found", message: path } }];
    return [200, this.#step(e)];
  }

  #confirmation(request, code, body) {
    const e = this.codes.get(code);
    if (!e) return [404, { error: { code: "not_found", message: "no such code" } }];
    const account = e.applicant.old_account;
    if (request.method === "GET") return [200, { old_account: account, keys: this.accounts.get(account), kind: e.kind, method: e.method, request: "cd".repeat(32), time_left_s: 900 }];
    const { wrong_pin: wrong, refuse } = JSON.parse(body);
    if (wrong) return [200, { outcome: "again", text: "wrong" }];
    this.codes.delete(code);
    if (refuse) Object.assign(e, { phase: "terminated", end: { code: "confirmation_refused", text: "refused", wait_s: 0 } });
    else this.#next(e);
    return [200, { outcome: refuse ? "ended" : "confirmed", text: "" }];
  }

  /** The face check's socket. */
  face(request, socket) {
    let e;
    let given = 0;
    [this.shown, this.frames] = [[], []];
    const segment = (tell) => {
      const index = given++;
      tell({ type: "segment", index, start_us: index * SLOT_US, duration_us: SLOT_US, color: COLORS[index], region: "full", last: index === COLORS.length - 1 });
    };
    accept(request, socket, (message, tell, close) => {
      if (typeof message !== "string") {
        const [kind, seq, at] = [message[1], message.readUInt32LE(4), Number(message.readBigUInt64LE(8))];
        if (kind === 0) return tell({ type: "guidance", seq, hint: "ready", progress: 1, is_ready: true });
        this.frames.push({ at, bytes: message.length });
        if (given < COLORS.length && at >= (given - 1) * SLOT_US) segment(tell);
        return tell({ type: "seen", seq, progress: "recording" });
      }
      const said = JSON.parse(message);
      if (said.type === "start") {
        e = this.enrolments.get(said.token);
        e.phase = "oval";
        this.labels.push(said.record);
        tell({ type: "oval", width: 0.5 });
      } else if (said.type === "begin") {
        tell({ type: "flashes" });
        segment(tell);
      } else if (said.type === "shown") this.shown.push(said);
      else if (said.type === "end" || said.type === "stop") {
        tell({ type: "judging" });
        const advice = said.type === "stop" ? ["hold_still"] : this.refusals.shift();
        if (advice) e.advice = advice;
        else this.#next(e);
        tell({ type: "outcome", passed: !advice, step: this.#step(e) });
        close();
      }
    });
  }
}
