/** Times of the recording, in ms. */

/** Writes a time as 1:02:03.4 or 2:03.4. */
export function formatTime(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
  const seconds = `${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `${minutes}:${seconds}`;
}

const TIME = /^(?:(?:(\d+):)?(\d{1,3}):)?(\d{1,3})(?:[.,](\d{1,3}))?$/;

/** Reads a time as people type it: 1:02:03.456, 2:03, 3.5; null where it is none. */
export function parseTime(value: string): number | null {
  const found = TIME.exec(value.trim());
  if (!found) return null;
  const [, hours = "0", minutes = "0", seconds = "0", rest = ""] = found;
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(rest.padEnd(3, "0"));
}
