// The data of all apps and the machine. Listeners are called at most once per drawn frame, and so
// never while the page is hidden.

import { Ring } from './ring.js';

/** Ten minutes, with one figure per second. */
const KEPT = 600;
/** Maximum number of events. */
const EVENTS = 1000;

class Store {
  constructor() {
    this.instances = new Map();
    /** Whether the list has arrived. */
    this.isFilled = false;
    this.usage = new Map();
    this.series = new Map();
    this.machine = new Ring(KEPT, 3);
    this.system = null;
    this.machineCpu = NaN;
    this.events = [];
    this.lastEvent = 0;
    this.may = new Set();
    this.listeners = new Map();
    this.dirty = new Set();
    this.scheduled = false;
  }

  /** Topics: `instances`, `usage`, `events`, `rights`, `selection`. */
  on(topics, listener) {
    for (const topic of topics.split(' ')) {
      const all = this.listeners.get(topic) ?? new Set();
      this.listeners.set(topic, all.add(listener));
    }
  }

  touch(topic) {
    this.dirty.add(topic);
    if (!this.scheduled) {
      this.scheduled = true;
      requestAnimationFrame(() => this.#tell());
    }
  }

  #tell() {
    this.scheduled = false;
    const topics = [...this.dirty];
    this.dirty.clear();
    const listeners = new Set(topics.flatMap((topic) => [...(this.listeners.get(topic) ?? [])]));
    listeners.forEach((listener) => listener());
  }

  /** Replaces the whole list. */
  setInstances(list) {
    this.isFilled = true;
    this.instances = new Map(list.map((instance) => [instance.id, instance]));
    for (const id of this.series.keys()) {
      if (!this.instances.has(id)) {
        this.#forget(id);
      }
    }
    this.touch('instances');
  }

  /** Updates and removes single instances of the list. */
  change(list, gone) {
    list.forEach((instance) => this.instances.set(instance.id, instance));
    gone.forEach((id) => {
      this.instances.delete(id);
      this.#forget(id);
    });
    this.touch('instances');
  }

  #forget(id) {
    this.series.delete(id);
    this.usage.delete(id);
  }

  setUsage(message) {
    const seconds = message.at / 1000;
    this.usage = new Map(message.instances.map((figures) => [figures.id, figures]));
    for (const figures of message.instances) {
      let series = this.series.get(figures.id);
      if (series === undefined) {
        series = new Ring(KEPT, 3);
        this.series.set(figures.id, series);
      }
      series.push(seconds, figures.cpu, figures.memory);
    }
    for (const [id, series] of this.series) {
      if (!this.usage.has(id) && !Number.isNaN(series.last(1))) {
        series.push(seconds, NaN, NaN);
      }
    }
    if (message.system) {
      this.system = message.system;
      const used = message.system.memory - message.system.available;
      // The two measurements are not exactly a second apart, so the result may be slightly above 100 %.
      this.machineCpu = Math.min(100, message.system.cpu / message.system.cores);
      this.machine.push(seconds, this.machineCpu, used);
    }
    this.touch('usage');
  }

  addEvents(events) {
    for (const event of events) {
      if (event.seq > this.lastEvent) {
        this.lastEvent = event.seq;
        this.events.push(event);
      }
    }
    if (this.events.length > EVENTS + 200) {
      this.events.splice(0, this.events.length - EVENTS);
    }
    this.touch('events');
  }

  /** Returns the instances of an app, in their order. */
  ofApp(app) {
    return [...this.instances.values()]
      .filter((instance) => instance.app === app)
      .sort((a, b) => a.number - b.number);
  }
}

export const store = new Store();
