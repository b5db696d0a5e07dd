// The server's side of a WebSocket (RFC 6455), as much as the stand-in needs.

import { createHash } from "node:crypto";

const MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** Answers the upgrade; `heard` gets texts as strings and binary messages as buffers. */
export function accept(request, socket, heard) {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + MAGIC).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`);
  const send = (opcode, payload) => {
    const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
    socket.write(Buffer.concat([head, payload]));
  };
  const tell = (message) => send(1, Buffer.from(JSON.stringify(message)));
  const close = () => (send(8, Buffer.from([3, 232])), socket.end());
  let kept = Buffer.alloc(0);
  socket.on("data", (part) => {
    kept = Buffer.concat([kept, part]);
    for (;;) {
      const message = taken(kept);
      if (!message) return;
      kept = kept.subarray(message.end);
      if (message.opcode === 8) return socket.end();
      heard(message.opcode === 1 ? message.payload.toString() : message.payload, tell, close);
    }
  });
  socket.on("error", () => socket.destroy());
}

/** The first whole message of a client's, unmasked. Browsers send none in parts. */
function taken(bytes) {
  if (bytes.length < 6) return null;
  let [length, at] = [bytes[1] & 127, 2];
  if (length === 126) [length, at] = [bytes.readUInt16BE(2), 4];
  else if (length === 127) {
    if (bytes.length < 14) return null;
    [length, at] = [Number(bytes.readBigUInt64BE(2)), 10];
  }
  const end = at + 4 + length;
  if (bytes.length < end) return null;
  const mask = bytes.subarray(at, at + 4);
  const payload = Buffer.from(bytes.subarray(at + 4, end)).map((byte, i) => byte ^ mask[i & 3]);
  return { opcode: bytes[0] & 15, payload: Buffer.from(payload), end };
}
