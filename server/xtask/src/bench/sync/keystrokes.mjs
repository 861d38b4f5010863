// A long document as one person types it: 260,000 keystrokes, of which about 30 in 100 take something away, and the cursor
// jumps now and then (as in the trace of automerge-perf, in size and kind; the keystrokes are made up, the same each time).
// Arguments: where to write the document as one update, and its log: one update for each hundred keystrokes, each behind its length.
import { writeFileSync } from "node:fs";
import * as Y from "yjs";
import * as encoding from "lib0/encoding";

const [whole, log] = process.argv.slice(1);
const KEYSTROKES = 260_000;
const TOGETHER = 100;

// Marsaglia: xorshift32.
let state = 20261122;
const below = (limit) => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
};

const doc = new Y.Doc();
doc.clientID = 1;
const text = doc.getText("text");
const updates = encoding.createEncoder();
doc.on("update", (update) => encoding.writeVarUint8Array(updates, update));
let cursor = 0;
let taken = 0;
let erasing = false;
for (let typed = 0; typed < KEYSTROKES; typed += TOGETHER) {
  doc.transact(() => {
    if (below(4) === 0) cursor = below(text.length + 1);
    for (let key = 0; key < TOGETHER; key += 1) {
      // Letters are typed, and taken away, several at a time.
      if (below(100) < (erasing ? 12 : 5)) erasing = !erasing;
      if (erasing && cursor > 0) {
        cursor -= 1;
        taken += 1;
        text.delete(cursor, 1);
      } else {
        text.insert(cursor, "etaoin shrdlu"[below(13)]);
        cursor += 1;
      }
    }
  });
}
const update = Y.encodeStateAsUpdate(doc);
writeFileSync(whole, update);
writeFileSync(log, encoding.toUint8Array(updates));
console.log(`${KEYSTROKES} keystrokes, ${taken} of them deletions: ${text.length} letters, ${update.length} bytes`);
