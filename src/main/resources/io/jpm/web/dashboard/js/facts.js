// The description of an instance, as a list of names and values.

import { ask, Refusal } from './api.js';
import { el } from './dom.js';
import { bytes, duration, moment, percent } from './format.js';
import { store } from './store.js';

/** Minimum time between two requests, in milliseconds. */
const CALM = 1000;

function row(name, value) {
  return [el('dt', {}, name), el('dd', {}, value)];
}

function words(value) {
  return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value);
}

function check(it) {
  const since = it.since ? `, since ${typeof it.since === 'number' ? moment(it.since) : it.since}` : '';
  return `${it.name}: ${it.state}${since}${it.detail ? ` — ${it.detail}` : ''}`;
}

function ending(it) {
  if (it.exit_signal) {
    return it.exit_signal;
  }
  return it.exit_code === null || it.exit_code === undefined ? '–' : `code ${it.exit_code}`;
}

function ofInstance(it) {
  const usage = store.usage.get(it.id);
  const figures = usage
    ? [
        row('CPU, memory', `${percent(usage.cpu)} of one core, ${bytes(usage.memory)}`),
        row('Processes, threads', `${usage.processes}, ${usage.threads ?? '–'}`),
        row('Open files', String(usage.open_files ?? '–')),
        row('Read, written', `${bytes(usage.read)}, ${bytes(usage.written)}`),
      ]
    : [];
  return [
    row('Status', it.status),
    ...(it.unhealthy ? [row('Unhealthy', it.unhealthy)] : []),
    row('Reason', it.reason || '–'),
    ...(Array.isArray(it.checks) && it.checks.length > 0 ? [row('Checks', it.checks.map(check).join('\n'))] : []),
    ...(Array.isArray(it.ports) && it.ports.length > 0 ? [row('Ports', it.ports.join(', '))] : []),
    row('Id, number', `${it.id}, ${it.number}`),
    row('Namespace', it.namespace),
    row('Pid', it.pid === null ? '–' : String(it.pid)),
    row('Up', it.pid === null ? '–' : `${duration(Date.now() - it.started_at)}, since ${moment(it.started_at)}`),
    row('Added', moment(it.created_at)),
    row('Restarts', `${it.restarts}, unstable in a row: ${it.unstable_restarts}`),
    row('Last exit', ending(it)),
    ...figures,
    row('Output', it.out_file || '–'),
    row('Errors', it.error_file || '–'),
  ].flat();
}

export class Facts {
  constructor() {
    this.node = el('div.facts', { tabindex: 0 });
    this.id = null;
    this.asked = 0;
    this.timer = 0;
  }

  /** Shows this instance. Each call requests it again, but not too often. */
  show(id) {
    const isOther = id !== this.id;
    this.id = id;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(id), isOther ? 0 : Math.max(0, CALM - (performance.now() - this.asked)));
  }

  async #ask(id) {
    this.asked = performance.now();
    try {
      const reply = await ask('GET', `/instances/${id}`);
      if (id === this.id && reply.instances.length > 0) {
        this.#fill(reply.instances[0]);
      }
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) {
        throw refusal;
      }
      if (id === this.id) {
        this.node.replaceChildren(el('p.empty', {}, refusal.message));
      }
    }
  }

  #fill(it) {
    const described = Object.entries(it.spec ?? {}).flatMap(([name, value]) => row(name, words(value)));
    const top = this.node.scrollTop;
    this.node.replaceChildren(
      el('h3', {}, 'This instance'),
      el('dl', {}, ...ofInstance(it)),
      el('h3', {}, 'As described by its owner'),
      el('dl.spec', {}, ...described),
    );
    this.node.scrollTop = top;
  }
}
