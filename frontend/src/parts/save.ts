/** Files that people save. */

const FORBIDDEN = /[\\/:*?"<>|\p{Cc}]+/gu;
const LONGEST = 120;
const KEPT_MS = 60_000;

/** Returns a name that every file system takes. */
export function fileName(name: string, extension: string): string {
  const stem = Array.from(name.replace(FORBIDDEN, " ").replace(/\s+/g, " ").trim())
    .slice(0, LONGEST)
    .join("");
  return `${stem.replace(/^\.+|[. ]+$/g, "") || "transcript"}.${extension}`;
}

/** Has the browser save a file. */
export function save(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
