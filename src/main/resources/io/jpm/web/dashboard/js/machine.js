// Usage of the whole machine: a bar in the header of the page.

import { el, setText } from './dom.js';
import { bytes, percent } from './format.js';
import { spark } from './spark.js';
import { store } from './store.js';
import { colour, whenThemeChanges } from './theme.js';

function meter(label) {
  const value = el('b');
  const fill = el('span.fill');
  const bar = el('span.meter', { role: 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100 }, fill);
  return { node: el('span.gauge', {}, el('span.label', {}, label), bar, value), value, fill, bar };
}

function set(gauge, share, text) {
  const rounded = Math.max(0, Math.min(100, Math.round(share)));
  gauge.fill.style.width = `${rounded}%`;
  gauge.bar.setAttribute('aria-valuenow', rounded);
  gauge.bar.setAttribute('aria-valuetext', text);
  gauge.fill.classList.toggle('high', rounded >= 90);
  setText(gauge.value, text);
}

export function beginMachine() {
  const cpu = meter('CPU');
  const memory = meter('Memory');
  const load = el('b');
  const canvas = el('canvas.spark', { 'aria-hidden': 'true' });
  document
    .getElementById('machine')
    .append(cpu.node, canvas, memory.node, el('span.gauge.load', {}, el('span.label', {}, 'Load'), load));
  const draw = () => {
    const system = store.system;
    if (system !== null) {
      const used = system.memory - system.available;
      set(cpu, store.machineCpu, percent(store.machineCpu));
      set(memory, (used / system.memory) * 100, `${bytes(used)} / ${bytes(system.memory)}`);
      setText(load, `${system.load.toFixed(2)} / ${system.cores}`);
      spark(canvas, store.machine.tail(1, 60), 60, 100, colour('cpu'));
    }
  };
  store.on('usage', draw);
  whenThemeChanges(draw);
}
