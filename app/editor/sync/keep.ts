// What is not durable on the server is kept on this device: in IndexedDB, sealed under a key of the device that scripts
// can use and cannot read. It is for the next visit; what was acknowledged is forgotten.

const DATABASE = "scriptkeep-editor";
const KEYS = "keys";
const UNSENT = "unsent";

/**
 * Set while the device keeps anything: for pages without the editor, which warn before signing out (`browser.rs`) and say of a
 * text that is read what it lacks (`watchKept` in `shell.rs`, which has the names here as well). A channel of that name says that what is kept has changed.
 */
const MARK = "scriptkeep-unsent";

/** What one page kept of one document. */
export interface Kept {
  /** The whole document, so that a copy can be saved even where the server takes nothing any more. */
  state: Uint8Array;
  /** What the server has not acknowledged. */
  unsent: Uint8Array;
}

/** What another page kept, and which row of the device it is. */
export interface Found extends Kept {
  row: { name: string; iv: string };
}

interface Row {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((well, failed) => {
    request.onsuccess = () => well(request.result);
    request.onerror = () => failed(request.error ?? new Error("the device's storage refused"));
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(KEYS);
    request.result.createObjectStore(UNSENT);
  };
  return done(request);
}

/** The device's key, made at first use. Two pages may come at once: the first one's key stays. */
async function deviceKey(database: IDBDatabase): Promise<CryptoKey> {
  const read = () => done(database.transaction(KEYS).objectStore(KEYS).get("device") as IDBRequest<CryptoKey | undefined>);
  const known = await read();
  if (known) return known;
  const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const writing = database.transaction(KEYS, "readwrite").objectStore(KEYS).add(fresh, "device");
  await done(writing).catch(() => undefined);
  return (await read()) ?? fresh;
}

const bound = (name: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`scriptkeep unsent 1 ${name}`);

function joined({ state, unsent }: Kept): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + state.length + unsent.length);
  new DataView(bytes.buffer).setUint32(0, state.length);
  bytes.set(state, 4);
  bytes.set(unsent, 4 + state.length);
  return bytes;
}

function parted(buffer: ArrayBuffer): Kept {
  const length = new DataView(buffer).getUint32(0);
  return { state: new Uint8Array(buffer, 4, length), unsent: new Uint8Array(buffer, 4 + length) };
}

/** Keeps the words of one document in one page. */
export class Keeper {
  private readonly own: string;
  private database: Promise<{ database: IDBDatabase; key: CryptoKey }> | null = null;
  private taken: { name: string; iv: string }[] = [];
  private turn: Promise<unknown> = Promise.resolve();

  /** `document` names the document and whose words they are; `page` this page among others. */
  constructor(
    private readonly document: string,
    page: string,
  ) {
    this.own = `${document} ${page}`;
  }

  /**
   * Everything that other pages kept of the document and that this one has not taken over yet; what cannot be opened is left
   * where it is. Who has put it into the document says so by `took`: what nobody put there is never forgotten.
   */
  async take(): Promise<Found[]> {
    const { database, key } = await this.open();
    const store = database.transaction(UNSENT).objectStore(UNSENT);
    const range = IDBKeyRange.bound(`${this.document} `, `${this.document} \uFFFF`);
    const [names, rows] = await Promise.all([done(store.getAllKeys(range)), done(store.getAll(range) as IDBRequest<Row[]>)]);
    const found: Found[] = [];
    for (const [index, { iv, sealed }] of rows.entries()) {
      const name = String(names[index]);
      const known = this.taken.some((one) => one.name === name && one.iv === iv.join());
      if (known || name === this.own) continue;
      try {
        const kept = parted(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: bound(name) }, key, sealed));
        found.push({ ...kept, row: { name, iv: iv.join() } });
      } catch {
        // Not ours to open: another key, or damaged. Nothing is lost by leaving it.
      }
    }
    return found;
  }

  /** This is in the document now: once everything is durable it may be forgotten. */
  took({ row }: Found): void {
    this.taken = [...this.taken.filter((one) => one.name !== row.name), row];
  }

  /** Keeps this; answers whether the device took it. */
  keep(kept: Kept): Promise<boolean> {
    return this.inTurn(async () => {
      const { database, key } = await this.open();
      const iv = crypto.getRandomValues(new Uint8Array(12));
      const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound(this.own) }, key, joined(kept));
      await done(database.transaction(UNSENT, "readwrite").objectStore(UNSENT).put({ iv, sealed } satisfies Row, this.own));
      localStorage.setItem(MARK, "1");
      tell();
      void persist();
    });
  }

  /**
   * Everything is durable that is in the document now: forgets what this page kept, and what it took over from others until
   * now, unless they kept anew.
   */
  forget(): Promise<boolean> {
    const { taken } = this;
    this.taken = [];
    return this.inTurn(async () => {
      const { database } = await this.open();
      const store = database.transaction(UNSENT, "readwrite").objectStore(UNSENT);
      await done(store.delete(this.own));
      for (const { name, iv } of taken) {
        const row = await done(store.get(name) as IDBRequest<Row | undefined>);
        if (row?.iv.join() === iv) await done(store.delete(name));
      }
      if ((await done(store.count())) === 0) localStorage.removeItem(MARK);
      tell();
    });
  }

  private open(): Promise<{ database: IDBDatabase; key: CryptoKey }> {
    this.database ??= opened().then(async (database) => ({ database, key: await deviceKey(database) }));
    return this.database;
  }

  /** One after the other, so that a forgetting never overtakes a keeping. */
  private inTurn(work: () => Promise<void>): Promise<boolean> {
    const result = this.turn.then(work).then(
      () => true,
      () => false,
    );
    this.turn = result;
    return result;
  }
}

let channel: BroadcastChannel | null = null;

/** Tells every page of this browser, the present one as well, that what is kept has changed. */
function tell(): void {
  channel ??= new BroadcastChannel(MARK);
  channel.postMessage("");
}

let persisting = false;

/** Asks the browser, once a visit, not to take what is kept for something it may throw away. It may say no. */
async function persist(): Promise<void> {
  if (persisting) return;
  persisting = true;
  await navigator.storage?.persist?.().catch(() => false);
}
