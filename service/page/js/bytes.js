// Bytes as the service writes them.

export const base64url = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

export const fromHex = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** SHA-256 of a purpose and parts, each after its length, as `Digest::of_parts` of the crate. */
export async function digestOfParts(purpose, ...parts) {
  const joined = [new TextEncoder().encode(purpose), ...parts].flatMap((part) => {
    const length = new DataView(new ArrayBuffer(8));
    length.setBigUint64(0, BigInt(part.length));
    return [new Uint8Array(length.buffer), part];
  });
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(joined).arrayBuffer()));
}
