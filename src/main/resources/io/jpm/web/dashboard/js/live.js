// The single stream with all data of the page. It reconnects with increasing pauses, and stops when
// the session has ended.

import { ask, Refusal } from './api.js';
import { Stream } from './stream.js';

const KINDS = new Set(['instances', 'changed', 'usage', 'event', 'forgotten']);
const PAUSES = [1, 2, 4, 8, 15, 30];

export class Live {
  /**
   * @param handlers `instances`, `changed`, `usage`, `event`, `forgotten` with their data, and `state` with
   *   `connecting`, `live`, `lost` (and the seconds until it reconnects) or `ended`
   * @param after returns the number of the last event
   */
  constructor(handlers, after) {
    this.handlers = handlers;
    this.after = after;
    this.failures = 0;
    this.source = null;
    this.timer = 0;
    this.isOver = false;
  }

  open() {
    clearTimeout(this.timer);
    if (this.isOver) {
      return;
    }
    this.source?.close();
    if (this.failures === 0) {
      this.handlers.state('connecting', 0);
    }
    const source = new Stream('/live/stream', {
      opened: () => {
        this.failures = 0;
        this.handlers.state('live', 0);
      },
      event: (kind, data) => {
        if (KINDS.has(kind)) {
          this.handlers[kind](data);
        }
      },
      broken: () => {
        if (this.source === source) {
          this.source = null;
          this.#broken();
        }
      },
    }, this.after());
    this.source = source;
  }

  /** Ends the stream for good. */
  end() {
    if (!this.isOver) {
      this.isOver = true;
      clearTimeout(this.timer);
      this.source?.close();
      this.source = null;
      this.handlers.state('ended', 0);
    }
  }

  async #broken() {
    try {
      await ask('GET', '/session');
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        throw refusal;
      }
    }
    if (!this.isOver && this.source === null) {
      const seconds = PAUSES[Math.min(this.failures, PAUSES.length - 1)];
      this.failures++;
      this.handlers.state('lost', seconds);
      this.timer = setTimeout(() => this.open(), seconds * 1000);
    }
  }
}
