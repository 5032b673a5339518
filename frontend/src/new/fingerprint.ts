const SAMPLE_BYTES = 1024 * 1024;

/**
 * Tells whether a file is the one whose upload was interrupted: by its name, size, time, and its first and last MiB.
 *
 * Not a digest that nobody could forge: who forges one damages an upload of their own. (Browsers have those on
 * secure origins alone.)
 */
export async function fingerprintOf(file: File): Promise<string> {
  const ends = [file.slice(0, SAMPLE_BYTES), file.slice(Math.max(0, file.size - SAMPLE_BYTES))];
  const hashes: string[] = [];
  for (const end of ends) hashes.push(hashOf(new Uint8Array(await end.arrayBuffer())));
  return [file.name, file.size, file.lastModified, ...hashes].join("|");
}

/** FNV-1a, in two halves of 32 bits with different beginnings. */
function hashOf(bytes: Uint8Array): string {
  let one = 0x811c9dc5;
  let two = 0x01234567;
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two ^ byte, 0x01000193) ^ (two >>> 15);
  }
  return (one >>> 0).toString(16) + (two >>> 0).toString(16);
}
