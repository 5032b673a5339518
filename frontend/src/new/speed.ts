const WINDOW_MS = 8_000;
const LEAST_MS = 400;

/** How fast bytes go, over the last few seconds. */
export class Speedometer {
  private readonly samples: [at: number, bytes: number][] = [];

  /** Notes how many bytes have gone in all; returns bytes a second, 0 while it is not known. */
  note(bytes: number, now: number): number {
    const last = this.samples.at(-1);
    if (last && bytes < last[1]) this.samples.length = 0; // it began anew
    this.samples.push([now, bytes]);
    while (this.samples.length > 2 && now - (this.samples[0]?.[0] ?? now) > WINDOW_MS) this.samples.shift();
    const first = this.samples[0];
    if (!first || now - first[0] < LEAST_MS) return 0;
    return ((bytes - first[1]) * 1000) / (now - first[0]);
  }
}
