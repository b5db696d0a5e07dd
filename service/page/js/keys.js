// The device's half: keys that are made, kept and used here, each under its PIN.
//
// A DEMONSTRATION. A page's storage is no card and no security module: who copies it can try all
// PINs. A product keeps its keys in the phone's secure element, or shares them with a server that
// counts.

import { base64url, digestOfParts } from "./bytes.js";

const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const SIGNING = { name: "ECDSA", hash: "SHA-256" };
const STORE = "keys";

let deriving;
/** The module that makes a key of a PIN, Argon2id. */
function derivation() {
  deriving ??= WebAssembly.instantiateStreaming(fetch("keys.wasm")).then(({ instance }) => instance.exports);
  return deriving;
}

async function wrappingKey(pin, salt) {
  const { memory, place, derive } = await derivation();
  const digits = new TextEncoder().encode(pin);
  const at = place() >>> 0;
  const shared = () => new Uint8Array(memory.buffer, at, 32);
  shared().fill(0);
  shared().set(digits.subarray(0, 16));
  shared().set(salt, 16);
  const derived = derive(digits.length);
  digits.fill(0);
  // Memory may have grown, and the view with it.
  const bytes = shared().slice();
  shared().fill(0);
  if (!derived) throw new Error("no key could be derived");
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["wrapKey", "unwrapKey"]);
  bytes.fill(0);
  return key;
}

/** A pair whose private half leaves this function only wrapped under its PIN. */
async function make(pin) {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const wrapping = await wrappingKey(pin, salt);
  const wrapped = await crypto.subtle.wrapKey("pkcs8", privateKey, wrapping, { name: "AES-GCM", iv, additionalData: open });
  return { open, salt, iv, wrapped };
}

/** Signs 32 bytes; null if the PIN is not the one that the key was made under. */
async function sign({ open, salt, iv, wrapped }, pin, digest) {
  const wrapping = await wrappingKey(pin, salt);
  let key;
  try {
    key = await crypto.subtle.unwrapKey("pkcs8", wrapped, wrapping, { name: "AES-GCM", iv, additionalData: open }, CURVE, false, ["sign"]);
  } catch {
    return null;
  }
  return crypto.subtle.sign(SIGNING, key, digest);
}

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("selfsame-demonstration", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "keys" });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function stored(mode, act) {
  const base = await database();
  try {
    const asked = act(base.transaction(STORE, mode).objectStore(STORE));
    return await new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    base.close();
  }
}

/** Makes and keeps an account's two keys: their name, which holds both public keys. */
export async function makeKeys(pin1, pin2) {
  const [authentication, signature] = [await make(pin1), await make(pin2)];
  const keys = `p256.${base64url(authentication.open)}.${base64url(signature.open)}`;
  await stored("readwrite", (store) => store.put({ keys, authentication, signature }));
  return keys;
}

/** Notes which account keys belong to. */
export async function nameAccount(keys, account) {
  const kept = await stored("readonly", (store) => store.get(keys));
  if (kept) await stored("readwrite", (store) => store.put({ ...kept, account }));
}

/** The accounts whose keys are here. */
export async function accounts() {
  return (await stored("readonly", (store) => store.getAll())).filter(({ account }) => account);
}

export const hasKeys = async (keys) => (await stored("readonly", (store) => store.get(keys))) !== undefined;
export const forget = (keys) => stored("readwrite", (store) => store.delete(keys));

/** The signature of an application by the new key under PIN2; null for a wrong PIN. */
export async function signApplication(keys, pin2, proofing) {
  const { signature } = await stored("readonly", (store) => store.get(keys));
  const application = await digestOfParts("selfsame enrolment application 2", proofing, new TextEncoder().encode(keys));
  return sign(signature, pin2, application);
}

/** Both signatures of a confirmation by an old account's keys; null if either PIN is wrong. */
export async function signConfirmation(keys, pin1, pin2, request) {
  const { authentication, signature } = await stored("readonly", (store) => store.get(keys));
  const [first, second] = [await sign(authentication, pin1, request), await sign(signature, pin2, request)];
  return first && second && { authentication: base64url(first), signature: base64url(second) };
}
