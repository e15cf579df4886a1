// Reads server-sent events with fetch, since an EventSource cannot send the secret of the page.

import { BASE, credentials, sessionEnded } from './api.js';

/** Parses events from the chunks of a stream. */
export class EventReader {
  /** @param take receives the kind and the data of each event, as text */
  constructor(take) {
    this.take = take;
    this.rest = '';
    this.kind = '';
    this.data = [];
  }

  push(text) {
    this.rest += text;
    if (!text.includes('\n')) {
      return;
    }
    const lines = this.rest.split('\n');
    this.rest = lines.pop();
    lines.forEach((line) => this.#line(line.endsWith('\r') ? line.slice(0, -1) : line));
  }

  #line(line) {
    if (line === '') {
      if (this.data.length > 0) {
        this.take(this.kind === '' ? 'message' : this.kind, this.data.join('\n'));
      }
      this.kind = '';
      this.data = [];
      return;
    }
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') {
      this.kind = value;
    } else if (name === 'data') {
      this.data.push(value);
    }
  }
}

export class Stream {
  #control = new AbortController();
  #isOver = false;

  /**
   * @param path below the API
   * @param handlers `opened`; `event` with the kind and the data; `broken`, once, unless it was closed
   * @param after the number of the last known event; null if there is none
   */
  constructor(path, handlers, after = null) {
    this.#read(path, handlers, after);
  }

  close() {
    this.#isOver = true;
    this.#control.abort();
  }

  async #read(path, handlers, after) {
    const events = new EventReader((kind, data) => {
      if (!this.#isOver) {
        try {
          handlers.event(kind, JSON.parse(data));
        } catch (mistake) {
          reportError(mistake); // The stream continues, as an EventSource would.
        }
      }
    });
    try {
      const response = await fetch(BASE + path, {
        headers: {
          ...credentials(), Accept: 'text/event-stream', ...(after === null ? {} : { 'Last-Event-ID': String(after) }),
        },
        cache: 'no-store',
        credentials: 'same-origin',
        signal: this.#control.signal,
      });
      if (response.status === 401) {
        sessionEnded();
      }
      if (response.ok && !this.#isOver) {
        handlers.opened();
        const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
        for (let piece = await text.read(); !piece.done; piece = await text.read()) {
          events.push(piece.value);
        }
      }
    } catch {
      // The connection broke, or this stream was closed; handled below.
    }
    if (!this.#isOver) {
      this.close();
      handlers.broken();
    }
  }
}
