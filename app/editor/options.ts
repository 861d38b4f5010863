// What the record page gives the editor, and what it is told.
import type { Strings } from "./strings.ts";
import type { Ports } from "./sync/link.ts";
import type { Upload } from "./upload.ts";

/** What the record page says when it mounts an editor. */
export interface Options {
  /** The path of the room's socket, such as `/ws/records/…`. */
  url: string;
  /** Names document and member, for what is kept on this device. */
  key: string;
  /** The document's name, for a recovery copy. */
  title: string;
  /** Who writes here, until the server says so itself. */
  user: { id: string; name: string };
  readOnly: boolean;
  /** The address of the sprite with the icons. */
  icons: string;
  /** Where attachments are: the address of one without its id. */
  attachments: string;
  /** Where a picture is sent; without it, pictures are kept within the document. */
  pictures?: string;
  /** Words a minute when the script is said aloud. */
  pace: number;
  strings?: Partial<Strings>;
}

/** What only a page in TypeScript gives: ports for tests, and a way for pictures. */
export interface Extras {
  ports?: Ports;
  upload?: Upload;
}

/** What happens; `detail` is JSON. */
export type Tell = (name: "status" | "selection" | "outline" | "here" | "presence" | "counts" | "failed", detail: string) => void;
