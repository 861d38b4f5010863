// The document's schema: the tree of app/domain/src/document as ProseMirror sees it. A test feeds both the same documents
// and holds the names, attributes and words here to app/domain/src/document/schema.json.
import { Schema } from "prosemirror-model";
import { blockNodes } from "./blocks.ts";
import { within } from "./checks.ts";
import { inlineNodes, marks } from "./inline.ts";

/** The version this module writes and says when it joins (`?schema=`); the server makes an older client read-only. */
export const SCHEMA_VERSION = 1;

/** The name of the Yjs fragment that holds the tree. */
export const FRAGMENT = "document";

/** The schema of every document. */
export const schema = new Schema({
  nodes: {
    doc: { attrs: { schema: { default: SCHEMA_VERSION, validate: within(1, 1) } }, content: "(block | top)+" },
    ...blockNodes,
    ...inlineNodes,
  },
  marks,
});
