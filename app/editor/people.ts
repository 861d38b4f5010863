// People in the room, as the awareness of each device tells. The server stamps `user` with the member's identity.
import type { Awareness } from "y-protocols/awareness";

export interface Person {
  /** The device's Yjs client. */
  client: number;
  id: string;
  name: string;
  /** 1 to 6: their tint, the same everywhere. */
  tint: number;
}

/** One of the six tints of the design, drawn from a person's id as app/src/components/avatar.rs draws it. */
export function tint(seed: string): number {
  let sum = 7;
  for (const byte of new TextEncoder().encode(seed)) sum = (Math.imul(sum, 31) + byte) >>> 0;
  return (sum % 6) + 1;
}

/** A state that others may have written; nothing in it is taken for granted. */
export interface Said {
  user?: { id?: unknown; name?: unknown };
  cursor?: { anchor?: unknown; head?: unknown } | null;
}

const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 200) : "");

/** Whose state this is. */
export function personOf(client: number, said: Said): Person {
  const id = text(said.user?.id);
  return { client, id, name: text(said.user?.name) || "Somebody", tint: tint(id) };
}

/** Everybody else in the room, one entry per device. */
export function others(awareness: Awareness): { person: Person; said: Said }[] {
  return [...awareness.getStates()]
    .filter(([client]) => client !== awareness.clientID)
    .map(([client, said]) => ({ person: personOf(client, said as Said), said: said as Said }));
}
