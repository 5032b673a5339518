/**
 * What this browser keeps for the signed-in person in encrypted form, until they sign out: IndexedDB, whose writes
 * survive the end of the browser, and AES-GCM with a key that the server tells only to pages of the person.
 */

import { page } from "./page";

const DATABASE = "scribedock-drafts";
const RECORDS = "sealed";
const OLDEST_MS = 14 * 86_400_000;

interface SealedRecord {
  readonly key: string;
  readonly at: number;
  readonly iv: Uint8Array<ArrayBuffer>;
  readonly sealed: ArrayBuffer;
}

function keyOf(name: string): string {
  return `${page.person}:${name}`;
}

function done<Value>(request: IDBRequest<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error ?? new Error("IndexedDB")));
  });
}

function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.addEventListener("upgradeneeded", () =>
    request.result.createObjectStore(RECORDS, { keyPath: "key" }),
  );
  return done(request).then((database) => {
    // Signing out in another tab erases the database, which an open one would hold up.
    database.addEventListener("versionchange", () => database.close());
    return database;
  });
}

/** Encrypted values by name. */
export class SealedStore {
  private constructor(
    private readonly database: IDBDatabase,
    private readonly key: CryptoKey,
  ) {}

  /** Opens the store with the person's key in base64; null where this browser stores or encrypts nothing. */
  static async open(key: string): Promise<SealedStore | null> {
    // Without TLS a browser encrypts only for a server on the same machine.
    if (!("subtle" in crypto) || !("indexedDB" in window)) return null;
    try {
      const bytes = Uint8Array.from(atob(key), (each) => each.charCodeAt(0));
      const imported = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
      return new SealedStore(await opened(), imported);
    } catch {
      return null;
    }
  }

  /** Stores a value; resolves once it is written. */
  async put(name: string, value: unknown): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    const sealed = await crypto.subtle.encrypt(
      { name: "AES-GCM", iv, additionalData: named(name) },
      this.key,
      plain,
    );
    const record: SealedRecord = { key: keyOf(name), at: Date.now(), iv, sealed };
    await this.write((records) => records.put(record));
  }

  /** Returns a value; undefined where there is none, or where another key has encrypted it. */
  async get(name: string): Promise<unknown> {
    try {
      const records = this.database.transaction(RECORDS).objectStore(RECORDS);
      const record = (await done(records.get(keyOf(name)))) as SealedRecord | undefined;
      if (record === undefined || Date.now() - record.at > OLDEST_MS) return undefined;
      const { iv } = record;
      const plain = await crypto.subtle.decrypt(
        { name: "AES-GCM", iv, additionalData: named(name) },
        this.key,
        record.sealed,
      );
      return JSON.parse(new TextDecoder().decode(plain)) as unknown;
    } catch {
      return undefined;
    }
  }

  async remove(name: string): Promise<void> {
    await this.write((records) => records.delete(keyOf(name)));
  }

  private write(request: (records: IDBObjectStore) => IDBRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(RECORDS, "readwrite", { durability: "strict" });
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => reject(transaction.error ?? new Error("IndexedDB")));
      request(transaction.objectStore(RECORDS));
    });
  }
}

/** Ties a record to its person and name, so that nobody can put it in another's place. */
function named(name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(keyOf(name));
}

/** Erases everything of everybody. */
export function forgetSealed(): void {
  try {
    indexedDB.deleteDatabase(DATABASE);
  } catch {
    // The browser stores nothing.
  }
}

/** Erases what is old, and what belongs to anybody but the signed-in person. */
export async function forgetOthersSealed(): Promise<void> {
  try {
    const known = await indexedDB.databases();
    if (!known.some((each) => each.name === DATABASE)) return;
    const database = await opened();
    const records = database.transaction(RECORDS, "readwrite").objectStore(RECORDS);
    for (const record of (await done(records.getAll())) as SealedRecord[]) {
      const isOld = Date.now() - record.at > OLDEST_MS;
      if (isOld || !record.key.startsWith(keyOf(""))) records.delete(record.key);
    }
    database.close();
  } catch {
    // The browser stores nothing.
  }
}
