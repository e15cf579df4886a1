// The log of one app: the last lines, then new ones as they come. With search and pause.

import { pieces } from './ansi.js';
import { ask, appTarget, Refusal, segment } from './api.js';
import { el, setText } from './dom.js';
import { clock, count } from './format.js';
import { identity, LogBuffer, MOST_LINES, sinceBreak } from './log-buffer.js';
import { notice } from './notices.js';
import { store } from './store.js';
import { Stream } from './stream.js';

const LINE = 18;
/** Number of past lines that are fetched. */
const TAIL = 300;
/** Minimum time between two drawings, in milliseconds. */
const CALM = 100;
/** Pause before a broken stream reconnects, in milliseconds. */
const RETRY = 5000;
/** Time after which a hidden page stops fetching lines, in milliseconds. */
const HIDDEN = 30_000;

export class LogView {
  constructor() {
    this.buffer = new LogBuffer();
    this.waiting = [];
    this.missed = 0;
    this.app = null;
    this.source = null;
    this.isServed = false;
    this.isPaused = false;
    this.follows = true;
    this.isDue = false;
    this.drawn = 0;
    this.#build();
    document.addEventListener('visibilitychange', () => this.#visibility());
  }

  #build() {
    this.search = el('input', {
      type: 'search', placeholder: 'Search  f', 'aria-label': 'Search in these lines', id: 'log-search', spellcheck: 'false',
      autocomplete: 'off',
    });
    this.search.addEventListener('input', () => this.#searched());
    this.stream = el('select', { 'aria-label': 'Stream' },
      ...[['', 'out + err'], ['out', 'out'], ['err', 'err']].map(([value, label]) => el('option', { value }, label)));
    this.stream.addEventListener('change', () => this.#searched());
    this.pause = el('button', { type: 'button', 'aria-pressed': 'false', title: 'Pause (p)' }, 'Pause');
    this.pause.addEventListener('click', () => this.togglePause());
    this.download = el('button', { type: 'button', onclick: () => this.#download() }, 'Download');
    this.said = el('span.muted.said', { role: 'status' });
    this.space = el('div.log-space');
    this.lines = el('div.log-lines');
    this.scroller = el('div.log', { tabindex: 0, role: 'region', 'aria-label': 'Log' }, this.space, this.lines);
    this.scroller.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    this.end = el('button.to-end', { type: 'button', hidden: true, onclick: () => this.toEnd() }, '↓ Newest');
    new ResizeObserver(() => this.#draw()).observe(this.scroller);
    this.node = el(
      'div.logs',
      {},
      el('div.bar', {}, this.search, this.stream, this.pause, this.download),
      el('div.log-frame', {}, this.scroller, this.end),
      this.said,
    );
  }

  /** Shows the log of this app, or none if null. Does nothing if it is already shown. */
  open(app) {
    if (app === this.app) {
      return;
    }
    this.close();
    this.app = app;
    this.buffer.clear();
    this.waiting = [];
    this.missed = 0;
    this.follows = true;
    if (this.isPaused) {
      this.togglePause();
    }
    if (app !== null) {
      this.scroller.setAttribute('aria-label', `Log of ${app}`);
      if (this.isServed) {
        this.#begin();
      }
    }
    this.#draw();
  }

  /** Downloads the log file. A link does not send the page's secret, so it contains a ticket that is valid once. */
  async #download() {
    try {
      const { path } = await ask('POST', `/logs/${segment(this.app)}/ticket`, { stream: this.stream.value || 'out' });
      el('a', { href: path, download: '' }).click();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        throw refusal;
      }
      notice(`Not downloaded: ${refusal.message}`, true);
    }
  }

  /** Ends the stream. The shown lines stay. */
  close() {
    this.source?.close();
    this.source = null;
    this.app = null;
    clearTimeout(this.retry);
  }

  /** Opens the stream, then fetches past lines. So no line is missed, and a line that is in both is shown once. */
  #begin() {
    const app = this.app;
    const early = [];
    let isCaughtUp = false;
    const source = new Stream(`/logs/${segment(app)}/stream`, {
      event: (kind, body) => {
        if (kind === 'lines' && isCaughtUp) {
          this.#take(body);
        } else if (kind === 'lines') {
          early.push(body);
        }
      },
      opened: () => {
        this.#past(app).then((seen) => {
          if (this.source === source) {
            isCaughtUp = true;
            early.forEach((body) =>
              this.#take({ ...body, lines: body.lines.filter((line) => !seen.has(identity({ ...line, at: Date.parse(line.at) }))) }));
          }
        });
      },
      broken: () => {
        if (this.source === source) {
          this.source = null;
          this.#say();
          this.retry = setTimeout(() => this.#again(), RETRY);
        }
      },
    });
    this.source = source;
  }

  /** @param isServed whether a server is connected that knows the session */
  serve(isServed) {
    this.isServed = isServed;
    if (isServed) {
      this.#again();
    } else {
      clearTimeout(this.retry);
      this.source?.close();
      this.source = null;
      this.#say();
    }
  }

  /** Continues after the last shown line when the connection is back. */
  #again() {
    if (this.app !== null && this.source === null && this.isServed) {
      clearTimeout(this.retry);
      this.#begin();
    }
  }

  async #past(app) {
    const seen = new Set();
    if (store.ofApp(app).length === 0) {
      return seen; // deleted meanwhile
    }
    try {
      const namespaces = new Set([...store.instances.values()].map((each) => each.namespace));
      const reply = await ask('GET', `/logs/${segment(appTarget(app, namespaces))}?lines=${TAIL}`);
      if (app === this.app) {
        const { lines, isWhole } = sinceBreak([...this.buffer.lines, ...this.waiting], reply.lines);
        reply.lines.forEach((line) => seen.add(identity(line)));
        if (!isWhole) {
          this.#add([{ id: null, stream: 'note', at: Date.now(), text: 'lines may be missing here: the page was not connected' }]);
        }
        this.#add(lines);
      }
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        throw refusal;
      }
    }
    return seen;
  }

  #take(body) {
    const lines = body.lines.map((line) => ({ ...line, at: Date.parse(line.at) }));
    if (body.gap > 0) {
      lines.unshift({ id: null, stream: 'note', at: Date.now(), text: `${count(body.gap, 'line')} left out: too many for this page` });
    }
    this.#add(lines);
  }

  #add(lines) {
    if (this.isPaused) {
      this.waiting.push(...lines);
      if (this.waiting.length > MOST_LINES * 1.2) {
        this.missed += this.waiting.length - MOST_LINES;
        this.waiting.splice(0, this.waiting.length - MOST_LINES);
      }
    } else {
      lines.forEach((line) => this.buffer.add(line));
      this.buffer.trim();
    }
    this.#due();
  }

  togglePause() {
    this.isPaused = !this.isPaused;
    this.pause.setAttribute('aria-pressed', String(this.isPaused));
    setText(this.pause, this.isPaused ? 'Resume' : 'Pause');
    if (!this.isPaused) {
      this.waiting.forEach((line) => this.buffer.add(line));
      this.waiting = [];
      this.missed = 0;
      this.buffer.trim();
    }
    this.#due();
  }

  toEnd() {
    this.follows = true;
    this.#draw();
    this.scroller.focus();
  }

  #searched() {
    const stream = this.stream.value;
    this.buffer.search(this.search.value, (line) => stream === '' || line.stream === stream || line.stream === 'note');
    this.follows = true;
    this.#draw();
  }

  #visibility() {
    clearTimeout(this.sleep);
    if (document.hidden) {
      this.sleep = setTimeout(() => {
        this.source?.close();
        this.source = null;
      }, HIDDEN);
    } else {
      this.#again();
    }
  }

  #scrolled() {
    const rest = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    this.follows = rest < LINE;
    this.#draw();
  }

  /** Schedules a drawing: never more often than users can read, nor while the page is hidden. */
  #due() {
    if (!this.isDue) {
      this.isDue = true;
      const wait = Math.max(0, CALM - (performance.now() - this.drawn));
      setTimeout(() => requestAnimationFrame(() => {
        this.isDue = false;
        this.#draw();
      }), wait);
    }
  }

  #draw() {
    this.drawn = performance.now();
    const { shown } = this.buffer;
    this.space.style.height = `${shown.length * LINE}px`;
    if (this.follows) {
      this.scroller.scrollTop = shown.length * LINE;
    } else if (this.buffer.dropped > 0) {
      this.scroller.scrollTop -= this.buffer.dropped * LINE;
    }
    this.buffer.dropped = 0;
    const from = Math.max(0, Math.floor(this.scroller.scrollTop / LINE) - 5);
    const visible = shown.slice(from, from + Math.ceil(this.scroller.clientHeight / LINE) + 10);
    const isSame = visible.length === this.visible?.length && visible.every((line, i) => line === this.visible[i]);
    if (!isSame || this.marked !== this.buffer.word) {
      this.visible = visible;
      this.marked = this.buffer.word;
      this.lines.replaceChildren(...visible.map((line) => this.#line(line)));
    }
    this.lines.style.transform = `translateY(${from * LINE}px)`;
    this.end.hidden = this.follows;
    this.#say();
  }

  #line(line) {
    const several = this.app !== null && store.ofApp(this.app).length > 1;
    return el(
      `div.line.${line.stream === 'err' ? 'err' : line.stream === 'note' ? 'note' : 'out'}`,
      {},
      el('time', {}, clock(line.at, true)),
      several && line.id !== null ? el('span.id', {}, `#${line.id}`) : null,
      el('span.text', {}, ...marked(pieces(line.text), this.buffer.word)),
    );
  }

  #say() {
    const { lines, shown } = this.buffer;
    const found = shown.length === lines.length ? count(lines.length, 'line') : `${count(shown.length, 'line')} of ${lines.length.toLocaleString('en')}`;
    const kept = lines.length >= MOST_LINES ? ` (the last ${MOST_LINES.toLocaleString('en')})` : '';
    const paused = this.isPaused ? ` · paused, ${count(this.waiting.length + this.missed, 'new line')}` : '';
    setText(this.said, found + kept + paused + (this.app !== null && this.source === null ? ' · not connected' : ''));
  }
}

/** Returns the pieces as elements, with matches of the search marked. */
function marked(all, word) {
  const nodes = [];
  for (const { text, style } of all) {
    const lower = text.toLowerCase();
    let from = 0;
    const add = (to, tag) => {
      if (to > from) {
        nodes.push(el(tag, { class: style === '' ? false : style }, text.slice(from, to)));
      }
      from = to;
    };
    if (word !== '' && lower.length === text.length) {
      for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, from)) {
        add(at, 'span');
        add(at + word.length, 'mark');
      }
    }
    add(text.length, 'span');
  }
  return nodes;
}
