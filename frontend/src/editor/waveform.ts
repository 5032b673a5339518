/**
 * The waveform around the playing position, with the rows in it. Dragging an end of the current row moves its time; the
 * buttons and fields beside it, and keys, do the same.
 */

import type { Row } from "./model/rows";
import type { Peaks } from "./peaks";
import { formatTime } from "./times";

const SHOWN_MS = 16_000;
const HANDLE_PX = 8;

export interface WaveformState {
  readonly rows: readonly Row[];
  readonly current: number | null;
  readonly time: number;
  readonly duration: number;
}

export interface WaveformActions {
  readonly seek: (ms: number) => void;
  readonly move: (start: number, end: number) => void;
}

interface Drag {
  readonly isStart: boolean;
  readonly row: Row;
  time: number;
}

export class Waveform {
  readonly element = document.createElement("canvas");
  peaks: Peaks | null = null;
  private state: WaveformState = { rows: [], current: null, time: 0, duration: 0 };
  private from = 0;
  private drag: Drag | null = null;
  private isDragged = false;
  private frame = 0;
  private colours: CSSStyleDeclaration | null = null;

  constructor(private readonly actions: WaveformActions) {
    this.element.className = "wave";
    this.element.setAttribute("aria-hidden", "true");
    this.element.addEventListener("pointerdown", this.onDown);
    this.element.addEventListener("pointermove", this.onMove);
    this.element.addEventListener("pointerup", this.onUp);
    this.element.addEventListener("pointercancel", () => {
      this.drag = null;
    });
    this.element.addEventListener("click", this.onClick);
    new ResizeObserver(() => this.draw()).observe(this.element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  show(state: WaveformState): void {
    this.state = state;
    const isSeen = state.time >= this.from && state.time <= this.from + SHOWN_MS * 0.85;
    if (!isSeen && !this.drag) this.from = Math.max(0, state.time - SHOWN_MS * 0.25);
    this.draw();
  }

  draw(): void {
    if (!this.frame) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.paint();
      });
    }
  }

  private x(time: number): number {
    return ((time - this.from) / SHOWN_MS) * this.element.clientWidth;
  }

  private timeAt(x: number): number {
    return Math.max(0, this.from + (x / Math.max(1, this.element.clientWidth)) * SHOWN_MS);
  }

  private get currentRow(): Row | null {
    return this.state.rows.find((row) => row.id === this.state.current) ?? null;
  }

  private spanOf(row: Row): readonly [number, number] {
    const { start_time: start, end_time: end } = row.segment;
    if (this.drag?.row.id !== row.id) return [start, end];
    return this.drag.isStart
      ? [Math.min(this.drag.time, end), end]
      : [start, Math.max(this.drag.time, start)];
  }

  /** Which end of the current row is at a place: true the beginning, false the end. */
  private handleAt(x: number): boolean | null {
    const row = this.currentRow;
    if (!row) return null;
    const [start, end] = [this.x(row.segment.start_time), this.x(row.segment.end_time)];
    const nearest = Math.abs(x - start) <= Math.abs(x - end);
    return Math.abs(x - (nearest ? start : end)) <= HANDLE_PX ? nearest : null;
  }

  private readonly onDown = (event: PointerEvent): void => {
    const [row, isStart] = [this.currentRow, this.handleAt(event.offsetX)];
    if (row && isStart !== null) {
      this.drag = { row, isStart, time: this.timeAt(event.offsetX) };
      this.element.setPointerCapture(event.pointerId);
    }
    this.isDragged = this.drag !== null;
    event.preventDefault();
  };

  /** Not before the button is released: until then whoever pressed it may change their mind (WCAG 2.2, 2.5.2). */
  private readonly onClick = (event: MouseEvent): void => {
    if (!this.isDragged) this.actions.seek(this.timeAt(event.offsetX));
  };

  private readonly onMove = (event: PointerEvent): void => {
    this.element.classList.toggle("wave-handle", this.drag !== null || this.handleAt(event.offsetX) !== null);
    if (!this.drag) return;
    this.drag.time = this.timeAt(event.offsetX);
    this.draw();
  };

  private readonly onUp = (): void => {
    const { drag } = this;
    if (!drag) return;
    const [start, end] = this.spanOf(drag.row);
    this.drag = null;
    this.actions.move(start, end);
    this.draw();
  };

  private colour(name: string): string {
    this.colours ??= getComputedStyle(this.element);
    return this.colours.getPropertyValue(`--${name}`).trim();
  }

  private paint(): void {
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    const context = this.element.getContext("2d");
    if (!context || !width) return;
    const scale = window.devicePixelRatio || 1;
    if (
      this.element.width !== Math.round(width * scale) ||
      this.element.height !== Math.round(height * scale)
    ) {
      this.element.width = Math.round(width * scale);
      this.element.height = Math.round(height * scale);
    }
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    this.paintRows(context, height);
    this.paintPeaks(context, width, height);
    this.paintTimes(context, height);
    const x = this.x(this.state.time);
    context.fillStyle = this.colour("bad");
    context.fillRect(Math.round(x) - 1, 0, 2, height);
  }

  private paintRows(context: CanvasRenderingContext2D, height: number): void {
    const until = this.from + SHOWN_MS;
    for (const row of this.state.rows) {
      const [start, end] = this.spanOf(row);
      if (end < this.from) continue;
      if (start > until) break;
      const isCurrent = row.id === this.state.current;
      const [from, to] = [this.x(start), this.x(end)];
      context.fillStyle = this.colour(isCurrent ? "accent-shade" : "shade");
      context.fillRect(from, 0, Math.max(1, to - from - 1), height);
      if (!isCurrent) continue;
      context.fillStyle = this.colour("accent");
      context.fillRect(from, 0, 3, height);
      context.fillRect(to - 3, 0, 3, height);
    }
  }

  private paintPeaks(context: CanvasRenderingContext2D, width: number, height: number): void {
    const middle = (height - 16) / 2;
    context.fillStyle = this.colour("edge");
    if (!this.peaks) {
      context.fillRect(0, middle, width, 1);
      return;
    }
    const step = SHOWN_MS / width;
    for (let x = 0; x < width; x += 2) {
      const time = this.from + x * step;
      if (this.state.duration && time > this.state.duration) break;
      const found = this.peaks.between(time, time + step * 2);
      if (!found) continue;
      const [least, greatest] = found.map((each) => (each / 127) * middle) as [number, number];
      context.fillRect(x, middle - greatest, 1.4, Math.max(1, greatest - least));
    }
  }

  private paintTimes(context: CanvasRenderingContext2D, height: number): void {
    context.fillStyle = this.colour("soft");
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    const every = 2_000;
    for (let time = Math.ceil(this.from / every) * every; time < this.from + SHOWN_MS; time += every) {
      const x = this.x(time);
      context.fillRect(x, height - 14, 1, 4);
      context.fillText(formatTime(time).replace(/\.0$/, ""), x + 3, height - 3);
    }
  }
}
