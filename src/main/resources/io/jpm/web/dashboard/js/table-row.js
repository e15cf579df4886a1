// One row of the table, which is created once for an instance and then updated.

import { el, setText } from './dom.js';
import { kind, status } from './filter.js';
import { bytes, duration, percent } from './format.js';
import { spark } from './spark.js';
import { colour } from './theme.js';

/** Number of figures in a sparkline. */
const PLACES = 60;

export class TableRow {
  constructor(id, choose) {
    this.id = id;
    this.dot = el('span.dot', { 'aria-hidden': 'true' });
    this.status = el('span');
    this.name = el('button.name', { type: 'button', tabindex: -1, onclick: () => choose(id) });
    this.suffix = el('span.suffix');
    this.namespace = el('span.namespace');
    this.number = el('td.number.wide-only');
    this.pid = el('td.number.wide-only');
    this.uptime = el('td.number.roomy');
    this.restarts = el('td.number.roomy');
    this.cpu = el('span.figure');
    this.cpuSpark = el('canvas.spark', { 'aria-hidden': 'true' });
    this.memory = el('span.figure');
    this.memorySpark = el('canvas.spark', { 'aria-hidden': 'true' });
    this.node = el(
      'tr',
      { 'data-id': id },
      el('td.status', {}, this.dot, this.status),
      el('th.app', { scope: 'row' }, el('div.who', {}, this.name, this.suffix, this.namespace)),
      this.number,
      this.pid,
      this.uptime,
      this.restarts,
      el('td.gauge', {}, this.cpu, this.cpuSpark),
      el('td.gauge', {}, this.memory, this.memorySpark),
    );
    this.node.addEventListener('click', (event) => {
      if (event.target !== this.name && String(window.getSelection()) === '') {
        choose(id);
      }
    });
  }

  /** @param isOneOfMany whether the app has more than one instance */
  show(instance, isChosen, now, isOneOfMany) {
    const sort = kind(instance);
    if (this.sort !== sort) {
      this.sort = sort;
      this.dot.className = `dot ${sort}`;
      this.status.className = `word ${sort}`;
    }
    setText(this.status, status(instance));
    setText(this.name, instance.app);
    this.name.title = instance.unhealthy ?? instance.reason ?? '';
    setText(this.suffix, isOneOfMany ? `#${instance.id}` : '');
    setText(this.namespace, instance.namespace === 'default' ? '' : instance.namespace);
    setText(this.number, String(instance.id));
    setText(this.pid, instance.pid === null ? '–' : String(instance.pid));
    setText(this.uptime, instance.pid === null ? '–' : duration(now - instance.started_at));
    setText(this.restarts, String(instance.restarts));
    this.node.classList.toggle('chosen', isChosen);
    if (isChosen) {
      this.name.setAttribute('aria-current', 'true');
    } else {
      this.name.removeAttribute('aria-current');
    }
  }

  showUsage(figures, series) {
    setText(this.cpu, figures ? percent(figures.cpu) : '–');
    setText(this.memory, figures ? bytes(figures.memory) : '–');
    if (series) {
      const memory = series.tail(2, PLACES);
      spark(this.cpuSpark, series.tail(1, PLACES), PLACES, 5, colour('cpu'));
      spark(this.memorySpark, memory, PLACES, 1 << 20, colour('memory'));
    }
  }
}
