// The lines of one log view, up to a limit, and those that match a search.

import { plain } from './ansi.js';

/** Maximum number of lines. */
export const MOST_LINES = 5000;
/** Maximum number of characters of all lines together. */
const MOST_CHARS = 4_000_000;
/** Maximum length of a line. The rest of a longer line is only in the file. */
const MOST_OF_LINE = 4000;

/** Returns the identity of a line. */
export function identity(line) {
  return `${line.at} ${line.id} ${line.stream} ${line.text.slice(0, MOST_OF_LINE)}`;
}

/**
 * Returns which of the last lines of a log are new to a page that was disconnected for a while.
 *
 * @param shown the lines that the page has
 * @param last the last lines of the log, oldest first
 * @return the new lines in `lines`; `isWhole` is false if lines between them and the shown ones may be missing
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
    /** The number of shown lines that were removed since the last query. */
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

  /** Removes the oldest lines above the limit. Must be called after lines were added. */
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

  /** @param word what lines must contain, ignoring case; @param accepts reports whether a line is shown */
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
