// The lines of one log view: so many and no more, with those that a search finds.

import { plain } from './ansi.js';

/** How many lines are kept. */
export const MOST_LINES = 5000;
/** How many characters all of them have together at most. */
const MOST_CHARS = 4_000_000;
/** Of a longer line the rest is left out here; it is in the file. */
const MOST_OF_LINE = 4000;

/** What tells one line from another. */
export function identity(line) {
  return `${line.at} ${line.id} ${line.stream} ${line.text.slice(0, MOST_OF_LINE)}`;
}

/**
 * Which of a log's last lines are new to a page that was not connected for a while.
 *
 * @param shown the lines that the page has
 * @param last the last lines of the log, oldest first
 * @return the new ones in `lines`; `isWhole` is false where there may be others between them and the shown ones
 */
export function sinceBreak(shown, last) {
  const known = new Set(shown.map(identity));
  const first = last.findIndex((line) => known.has(identity(line)));
  const lines = last.slice(Math.max(0, first)).filter((line) => !known.has(identity(line)));
  return { lines, isWhole: shown.length === 0 || first >= 0 || last.length === 0 };
}

export class LogBuffer {
  constructor() {
    this.clear();
    this.accepts = () => true;
    this.word = '';
  }

  clear() {
    this.lines = [];
    this.shown = [];
    this.chars = 0;
    /** How many of the shown ones have been left out since somebody last asked. */
    this.dropped = 0;
  }

  /** @param line `{id, stream, at, text}`; `at` in milliseconds */
  add(line) {
    const text =
      line.text.length > MOST_OF_LINE
        ? `${line.text.slice(0, MOST_OF_LINE)} … (${line.text.length - MOST_OF_LINE} more)`
        : line.text;
    const kept = { ...line, text, plain: plain(text) };
    this.lines.push(kept);
    this.chars += text.length;
    if (this.#isShown(kept)) {
      this.shown.push(kept);
    }
  }

  /** Leaves out the oldest; to be called after lines were added. */
  trim() {
    let out = Math.max(0, this.lines.length - MOST_LINES);
    let chars = this.chars;
    for (let i = 0; i < out; i++) {
      chars -= this.lines[i].text.length;
    }
    while (chars > MOST_CHARS && out < this.lines.length) {
      chars -= this.lines[out].text.length;
      out++;
    }
    if (out > 0) {
      const gone = new Set(this.lines.splice(0, out));
      const first = this.shown.findIndex((line) => !gone.has(line));
      const left = first < 0 ? this.shown.length : first;
      this.shown.splice(0, left);
      this.dropped += left;
      this.chars = chars;
    }
  }

  /** @param word what lines must contain, whatever the case; @param accepts a function of a line */
  search(word, accepts) {
    this.word = word.toLowerCase();
    this.accepts = accepts;
    this.shown = this.lines.filter((line) => this.#isShown(line));
    this.dropped = 0;
  }

  #isShown(line) {
    return (
      this.accepts(line) && (this.word === '' || line.plain.toLowerCase().includes(this.word))
    );
  }
}
