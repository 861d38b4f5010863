// The y-websocket protocol on the wire, with acknowledgements (message 100) that the server sends to clients that ask
// for them with `?ack=1`.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

const SYNC = 0;
const AWARENESS = 1;
const ACKNOWLEDGED = 100;
const NOTICE = 101;
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

/**
 * What a notice is about. `reload`: our schema is older than the server's, so nothing we write is taken. `access`: value 1,
 * we may write; 0, only read. `refused`: an update was, because we may only read. `limit`: its value, and its name as
 * text. `resync`: the server could not store; what it did not acknowledge goes out again over a new connection.
 */
export type Notice = "reload" | "access" | "refused" | "limit" | "resync" | "other";
const NOTICES: Record<number, Notice> = { 1: "reload", 2: "access", 3: "refused", 4: "limit", 5: "resync" };

/** What the server may say. `other` is a message of the protocol that we have no use for. */
export type Heard =
  | { kind: "step1"; vector: Uint8Array }
  | { kind: "step2"; update: Uint8Array }
  | { kind: "update"; update: Uint8Array }
  | { kind: "awareness"; update: Uint8Array }
  | { kind: "acknowledged"; count: number }
  | { kind: "notice"; about: Notice; value: number; text: string }
  | { kind: "other" };

function sync(kind: number, bytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** Asks for what a state vector lacks. */
export const step1 = (vector: Uint8Array): Uint8Array => sync(STEP_1, vector);
/** Answers with what the other's state vector lacked. */
export const step2 = (update: Uint8Array): Uint8Array => sync(STEP_2, update);
/** Hands on a change. */
export const update = (bytes: Uint8Array): Uint8Array => sync(UPDATE, bytes);

/** Says where somebody is. */
export function awareness(bytes: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, AWARENESS);
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
}

/** Says how many updates are durable; the tests' server speaks it. */
export function acknowledged(count: number): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, ACKNOWLEDGED);
  encoding.writeVarUint(encoder, count);
  return encoding.toUint8Array(encoder);
}

/** Says something about the connection; the tests' server speaks it. */
export function notice(kind: number, value: number, text: string): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, NOTICE);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint(encoder, value);
  encoding.writeVarString(encoder, text);
  return encoding.toUint8Array(encoder);
}

function readOne(decoder: decoding.Decoder): Heard {
  switch (decoding.readVarUint(decoder)) {
    case SYNC:
      switch (decoding.readVarUint(decoder)) {
        case STEP_1:
          return { kind: "step1", vector: decoding.readVarUint8Array(decoder) };
        case STEP_2:
          return { kind: "step2", update: decoding.readVarUint8Array(decoder) };
        case UPDATE:
          return { kind: "update", update: decoding.readVarUint8Array(decoder) };
        default:
          throw new RangeError("no message of the sync protocol");
      }
    case AWARENESS:
      return { kind: "awareness", update: decoding.readVarUint8Array(decoder) };
    case ACKNOWLEDGED:
      return { kind: "acknowledged", count: decoding.readVarUint(decoder) };
    case NOTICE: {
      const about = NOTICES[decoding.readVarUint(decoder)] ?? "other";
      return { kind: "notice", about, value: decoding.readVarUint(decoder), text: decoding.readVarString(decoder) };
    }
    default:
      // Of a message we do not know the length is unknown as well.
      decoder.pos = decoder.arr.length;
      return { kind: "other" };
  }
}

/**
 * The messages of one frame, in order. The server may put several into one.
 * @throws {Error} when the frame is cut or is no frame of the protocol.
 */
export function read(frame: Uint8Array): Heard[] {
  const decoder = decoding.createDecoder(frame);
  const messages: Heard[] = [];
  while (decoding.hasContent(decoder)) messages.push(readOne(decoder));
  return messages;
}
