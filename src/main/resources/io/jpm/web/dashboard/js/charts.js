// Charts of the last ten minutes, drawn by uPlot.

import uPlot from '../vendor/uplot.js';
import { el, setText } from './dom.js';
import { clock } from './format.js';
import { colour, whenThemeChanges } from './theme.js';

/** The steps of an axis for bytes. */
export const BYTES = Array.from({ length: 40 }, (_, i) => 2 ** (i + 4));

/** Bounds of the time range, in seconds: all figures that exist are shown, within these bounds. */
const [LEAST, MOST] = [60, 600];
const HEIGHT = 118;
const FONT = '11px system-ui, sans-serif';

export class Chart {
  /**
   * @param title what it shows; @param ink the name of its colour; @param write formats a figure
   * @param least the smallest maximum of the axis; @param steps of the axis; the default steps if omitted
   */
  constructor(title, ink, write, least, steps) {
    this.steps = steps;
    this.title = title;
    this.ink = ink;
    this.write = write;
    this.least = least;
    this.value = el('b');
    this.place = el('div.plot', { role: 'img', 'aria-label': title });
    this.node = el('figure.chart', {}, el('figcaption', {}, title, ' ', this.value), this.place);
    this.data = [[], []];
    this.plot = null;
    this.spoken = 0;
    whenThemeChanges(() => this.#make());
    new ResizeObserver(() => this.#fit()).observe(this.place);
  }

  #make() {
    this.plot?.destroy();
    this.plot = null;
    this.#fit();
  }

  #fit() {
    const width = this.place.clientWidth;
    if (width < 60) {
      return;
    }
    if (this.plot === null) {
      this.plot = new uPlot(this.#options(width), this.data, this.place);
    } else if (this.plot.width !== width) {
      this.plot.setSize({ width, height: HEIGHT });
    }
  }

  #options(width) {
    const axis = { stroke: colour('muted'), font: FONT, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    return {
      width,
      height: HEIGHT,
      padding: [8, 16, 0, 0],
      legend: { show: false },
      cursor: { points: { size: 6 }, drag: { x: false, y: false }, y: false },
      scales: {
        x: { time: false, range: () => [Math.max(this.now - MOST, Math.min(this.now - LEAST, this.data[0][0] ?? 0)), this.now] },
        y: { range: (_, __, max) => [0, Math.max(this.least, (max ?? 0) * 1.1)] },
      },
      axes: [
        { ...axis, size: 22, space: 50, incrs: [60, 120, 300], values: (_, ticks) => ticks.map((tick) => clock(tick * 1000).slice(0, 5)) },
        { ...axis, size: 56, space: 30, ...(this.steps ? { incrs: this.steps } : {}), values: (_, ticks) => ticks.map((tick) => this.write(tick).replace(/\.0(?=[ %])/, '')) },
      ],
      series: [{}, { stroke: colour(this.ink), fill: colour(`${this.ink}-fill`), width: 1.5, points: { show: false } }],
      hooks: { setCursor: [(plot) => this.#point(plot.cursor.idx)] },
    };
  }

  /** Shows the figure under the pointer, otherwise the newest. */
  #point(index) {
    const [times, values] = this.data;
    const value = index === null || index === undefined ? values.at(-1) : values[index];
    const when = index === null || index === undefined ? '' : ` at ${clock(times[index] * 1000)}`;
    setText(this.value, value === null || value === undefined ? '–' : this.write(value) + when);
  }

  /** @param series a Ring of times in seconds and figures; undefined if there are none */
  show(series, column) {
    this.now = Date.now() / 1000;
    this.data = series ? [series.tail(0), series.tail(column)] : [[], []];
    this.now = Math.max(this.data[0].at(-1) ?? 0, this.now - 5);
    this.#fit();
    this.plot?.setData(this.data);
    this.#point(this.plot?.cursor.idx);
    this.#speak();
  }

  /** Describes the chart for screen readers, but not every second. */
  #speak() {
    const now = performance.now();
    const values = this.data[1].filter((value) => value !== null);
    if (now - this.spoken > 10_000 && values.length > 0) {
      this.spoken = now;
      const [last, most] = [this.write(values.at(-1)), this.write(values.reduce((a, b) => Math.max(a, b)))];
      this.place.setAttribute('aria-label', `${this.title}, last ten minutes: now ${last}, at most ${most}`);
    }
  }

  /** Must be called when the chart shows another app. */
  reset() {
    this.spoken = 0;
    this.place.setAttribute('aria-label', this.title);
  }
}
