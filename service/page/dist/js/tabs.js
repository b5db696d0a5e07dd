// Tabs of one browser know of each other, so that nobody begins a second time by mistake.

import { token } from "./api.js";

const channel = new BroadcastChannel("enrolment");

channel.addEventListener("message", ({ data }) => {
  if (data === "anybody" && token.get()) channel.postMessage("here");
});

/** Calls `found` if another tab is enrolling; what it returns stops that. */
export function whereElse(found) {
  const heard = ({ data }) => data === "here" && found();
  channel.addEventListener("message", heard);
  channel.postMessage("anybody");
  return () => channel.removeEventListener("message", heard);
}
