// An unmodified y-websocket provider, twice, with a session cookie: joins, types, goes offline, comes back, converges.
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [server, record, cookie] = process.argv.slice(2);

/** A browser sends the cookie by itself; here somebody has to. */
class WithCookie extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols, { headers: { cookie } });
  }
}

const join = () => {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(`${server}/ws/records`, record, doc, {
    WebSocketPolyfill: WithCookie,
    disableBc: true,
  });
  return { provider, text: doc.getText("t"), doc };
};

const until = (what, emitter, event, so) =>
  new Promise((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`${what} does not come`)), 60_000);
    const look = () => {
      if (so()) {
        clearTimeout(patience);
        emitter.off(event, look);
        resolve();
      }
    };
    emitter.on(event, look);
    look();
  });

const one = join();
const other = join();
for (const { provider } of [one, other]) await until("the first answer", provider, "sync", () => provider.synced);
one.text.insert(0, "tide ");
other.text.insert(0, "ebb ");
const has = (peer, words) => words.every((word) => peer.text.toString().includes(word));
for (const peer of [one, other]) await until("the other's word", peer.doc, "update", () => has(peer, ["tide", "ebb"]));

other.provider.disconnect();
one.text.insert(0, "online ");
other.text.insert(0, "offline ");
other.provider.connect();
const all = ["tide", "ebb", "online", "offline"];
for (const peer of [one, other]) await until("every word", peer.doc, "update", () => has(peer, all));
if (one.text.toString() !== other.text.toString()) throw new Error("the replicas differ");

await until("presence", one.provider.awareness, "change", () => one.provider.awareness.getStates().size === 2);
const names = [...one.provider.awareness.getStates().values()].map((state) => state.user?.name);
if (!names.includes("Ada Quill")) throw new Error(`nobody is Ada Quill: ${JSON.stringify(names)}`);

console.log(one.text.toString());
for (const { provider, doc } of [one, other]) {
  provider.destroy();
  // What watches over presence ends with the document.
  doc.destroy();
}
