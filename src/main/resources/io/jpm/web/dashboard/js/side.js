// The panel beside the table: the selected instance, otherwise the machine.

import { act, ACTIONS, hindrance } from './actions.js';
import { BYTES, Chart } from './charts.js';
import { allow, el, setText } from './dom.js';
import { EventList } from './events.js';
import { Facts } from './facts.js';
import { kind, status } from './filter.js';
import { bytes, percent } from './format.js';
import { LogView } from './logs.js';
import { store } from './store.js';
import { Tabs } from './tabs.js';

export class Side {
  /** @param closed called when the user closes the panel */
  constructor(place, closed) {
    this.place = place;
    this.id = null;
    this.machine = this.#buildMachine();
    this.instance = this.#buildInstance(closed);
    place.append(this.machine, this.instance);
    store.on('instances rights', () => this.#head());
    store.on('usage', () => this.#charts());
    this.show(null);
  }

  #buildMachine() {
    this.machineCpu = new Chart('CPU of the machine', 'cpu', percent, 10);
    this.machineMemory = new Chart('Memory of the machine', 'memory', bytes, 1 << 20, BYTES);
    this.recent = new EventList('Latest events', () => true);
    return el(
      'div.pane',
      {},
      el('h2', {}, 'Machine'),
      el('div.charts', {}, this.machineCpu.node, this.machineMemory.node),
      el('h3', {}, 'Latest events'),
      this.recent.node,
    );
  }

  #buildInstance(closed) {
    this.title = el('h2', { tabindex: -1 });
    this.badge = el('span.badge');
    this.reason = el('p.reason');
    const close = el('button.quiet.close', { type: 'button', 'aria-label': 'Close details', title: 'Close (Esc)' }, '×');
    close.addEventListener('click', closed);
    this.buttons = new Map(
      Object.entries(ACTIONS).map(([name, action]) => {
        const button = el(`button${action.isDangerous ? '.danger' : ''}`, { type: 'button', 'data-action': name }, action.label);
        button.addEventListener('click', () => this.act(name));
        return [name, button];
      }),
    );
    this.cpu = new Chart('CPU', 'cpu', percent, 5);
    this.memory = new Chart('Memory', 'memory', bytes, 1 << 20, BYTES);
    this.logs = new LogView();
    this.facts = new Facts();
    this.events = new EventList('Events of this app', (event) => event.app === this.app);
    const log = el('div.panel', {}, this.logs.node);
    const details = el('div.panel', {}, this.facts.node);
    const events = el('div.panel', {}, this.events.node);
    this.tabs = new Tabs(
      'About this app',
      [['log', 'Log', log], ['details', 'Details', details], ['history', 'Events', events]],
      () => this.#tab(),
    );
    return el(
      'div.pane',
      {},
      el('div.title', {}, this.title, this.badge, close),
      this.reason,
      el('div.actions', { role: 'group', 'aria-label': 'Actions' }, ...this.buttons.values()),
      el('div.charts', {}, this.cpu.node, this.memory.node),
      this.tabs.list,
      ...this.tabs.panels,
    );
  }

  /** Shows an instance, or the machine if null. */
  show(id) {
    const instance = id === null ? undefined : store.instances.get(id);
    const isOther = id !== this.id;
    this.id = id;
    if (isOther) {
      this.app = instance?.app;
    }
    this.machine.hidden = id !== null;
    this.instance.hidden = id === null;
    if (id === null) {
      this.logs.close();
      this.recent.draw();
    } else if (isOther) {
      this.cpu.reset();
      this.memory.reset();
      this.events.reset();
      this.#head();
      this.#tab();
    }
    this.#charts();
  }

  focus() {
    this.title.focus();
  }

  /** Performs an action on the shown instance, after a confirmation. */
  act(name) {
    const instance = store.instances.get(this.id);
    if (instance && hindrance(name, instance) === '') {
      act(name, instance);
    }
  }

  #head() {
    const instance = this.id === null ? undefined : store.instances.get(this.id);
    if (instance === undefined) {
      if (this.id !== null && store.isFilled) {
        setText(this.badge, 'deleted');
        this.badge.className = 'badge off';
        setText(this.reason, 'The instance is no longer in the list.');
        this.buttons.forEach((button) => allow(button, 'The instance is no longer in the list'));
      }
      return;
    }
    if (instance.app !== this.app) {
      this.app = instance.app;
      this.events.reset();
      this.#tab();
    }
    const several = store.ofApp(instance.app).length > 1;
    setText(this.title, several ? `${instance.app} #${instance.id}` : instance.app);
    setText(this.badge, status(instance));
    this.badge.className = `badge ${kind(instance)}`;
    setText(this.reason, instance.unhealthy ?? instance.reason ?? '');
    for (const [name, button] of this.buttons) {
      allow(button, hindrance(name, instance));
    }
    this.buttons.get('start').hidden = instance.pid !== null;
    this.buttons.get('stop').hidden = instance.pid === null;
    if (this.tabs.current === 'details') {
      this.facts.show(this.id);
    }
  }

  #tab() {
    if (this.id === null || !store.instances.has(this.id)) {
      return;
    }
    if (this.tabs.current === 'log') {
      this.logs.open(this.app);
    } else {
      this.logs.close();
    }
    if (this.tabs.current === 'details') {
      this.facts.show(this.id);
    } else if (this.tabs.current === 'history') {
      this.events.draw();
    }
  }

  #charts() {
    if (this.place.hidden) {
      return;
    }
    if (this.id === null) {
      this.machineCpu.show(store.machine, 1);
      this.machineMemory.show(store.machine, 2);
    } else {
      const series = store.series.get(this.id);
      this.cpu.show(series, 1);
      this.memory.show(series, 2);
    }
  }
}
