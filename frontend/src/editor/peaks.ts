/** The loudness of the recording, read in windows as it is looked at: pairs of the least and the greatest sample. */

const WINDOW_S = 60;
const BYTES = 2;

export class Peaks {
  private readonly windows = new Map<number, Int8Array | null>();

  constructor(
    private readonly url: string,
    private readonly perSecond: number,
    private readonly told: () => void,
  ) {}

  /** Returns the least and the greatest sample (-127 … 127) from one time to another, in ms; null: not read yet. */
  between(from: number, to: number): readonly [number, number] | null {
    const first = Math.floor((from / 1000) * this.perSecond);
    const end = Math.max(first + 1, Math.ceil((to / 1000) * this.perSecond));
    let [least, greatest] = [0, 0];
    for (let pair = first; pair < end; pair += 1) {
      const window = this.window(Math.floor(pair / this.windowPairs));
      if (!window) return null;
      const place = (pair % this.windowPairs) * BYTES;
      least = Math.min(least, window[place] ?? 0);
      greatest = Math.max(greatest, window[place + 1] ?? 0);
    }
    return [least, greatest];
  }

  private get windowPairs(): number {
    return WINDOW_S * this.perSecond;
  }

  private window(number: number): Int8Array | null {
    const known = this.windows.get(number);
    if (known !== undefined) return known;
    this.windows.set(number, null);
    void this.read(number);
    return null;
  }

  private async read(number: number): Promise<void> {
    const first = number * this.windowPairs * BYTES;
    const last = first + this.windowPairs * BYTES - 1;
    try {
      const response = await fetch(this.url, {
        credentials: "same-origin",
        headers: { Range: `bytes=${first}-${last}` },
      });
      const isPart = response.status === 206;
      const bytes = response.ok ? await response.arrayBuffer() : new ArrayBuffer(0);
      this.windows.set(number, new Int8Array(isPart ? bytes : bytes.slice(first, last + 1)));
    } catch {
      window.setTimeout(() => this.windows.delete(number), 3_000);
      return;
    }
    this.told();
  }
}
