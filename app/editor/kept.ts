// Words that this device keeps of a document which its writer may not write in now: as a file, without an editor and without a room.
import { initProseMirrorDoc } from "y-prosemirror";
import * as Y from "yjs";
import { saveFile } from "./recovery.ts";
import { FRAGMENT, schema } from "./schema.ts";
import { survey } from "./survey.ts";
import { Keeper } from "./sync/keep.ts";

/**
 * Saves the whole document as a file, with the words of every page of this person that the server never took; answers whether
 * there was anything. All of it stays kept: only the server's acknowledgement and signing out forget it. `key` is that of
 * `Options` in options.ts.
 */
export async function saveKept(key: string, title: string): Promise<boolean> {
  // No page is called so: whatever is kept is another's.
  const found = await new Keeper(key, "").take();
  if (found.length === 0) return false;
  const whole = new Y.Doc();
  for (const { state, unsent } of found) {
    Y.applyUpdate(whole, state);
    Y.applyUpdate(whole, unsent);
  }
  const { doc } = initProseMirrorDoc(whole.getXmlFragment(FRAGMENT), schema);
  saveFile(doc, survey(doc), title);
  return true;
}
