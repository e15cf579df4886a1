// The table of instances. Only visible rows exist in the document, so a thousand instances cost as
// much as thirty.

import { el, setText } from './dom.js';
import { comparator, kind, matches, words } from './filter.js';
import { store } from './store.js';
import { TableRow } from './table-row.js';
import { whenThemeChanges } from './theme.js';

const HEIGHT = 34;
const SPARE = 6;
/** Minimum time between two sortings by figures, in milliseconds. */
const STEADY = 5000;

const COLUMNS = [
  ['status', 'Status', 'c-status'],
  ['name', 'App', 'c-app'],
  ['id', 'Id', 'c-id wide-only'],
  ['pid', 'Pid', 'c-pid wide-only'],
  ['uptime', 'Uptime', 'c-uptime roomy'],
  ['restarts', 'Restarts', 'c-restarts roomy'],
  ['cpu', 'CPU', 'c-gauge'],
  ['memory', 'Memory', 'c-gauge'],
];

const KINDS = [
  ['', 'All'],
  ['good', 'Online'],
  ['busy', 'Changing'],
  ['warn', 'Unhealthy'],
  ['bad', 'Errored'],
  ['off', 'Stopped'],
];

export class Table {
  /** @param open called with the id of the row that the user opens */
  constructor(place, open) {
    this.open = open;
    this.rows = new Map();
    this.order = [];
    this.perApp = new Map();
    this.sorted = { column: 'name', descending: false, at: 0 };
    this.chosen = null;
    this.kind = '';
    this.#build(place);
    store.on('instances', () => this.#arrange());
    store.on('usage', () => this.#figures());
    whenThemeChanges(() => this.#figures());
    new ResizeObserver(() => this.#draw()).observe(this.scroller);
    this.scroller.addEventListener('scroll', () => this.#draw(), { passive: true });
  }

  #build(place) {
    this.filter = el('input', {
      type: 'search', placeholder: 'Filter  /', 'aria-label': 'Filter apps by name, namespace, status, id', id: 'filter',
      spellcheck: 'false', autocomplete: 'off',
    });
    this.filter.addEventListener('input', () => this.#arrange());
    this.kinds = new Map(
      KINDS.map(([name, label]) => {
        const number = el('b');
        const button = el('button.chip', { type: 'button', 'aria-pressed': 'false' }, label, ' ', number);
        button.addEventListener('click', () => {
          this.kind = this.kind === name ? '' : name;
          this.#arrange();
        });
        return [name, { button, number }];
      }),
    );
    this.heads = new Map();
    const head = el('tr', { 'aria-rowindex': 1 });
    for (const [column, label, style] of COLUMNS) {
      const button = el('button.sort', { type: 'button', title: `Sort by ${label.toLowerCase()}` }, label);
      button.addEventListener('click', () => this.#sortBy(column));
      const cell = el('th', { scope: 'col', class: style }, button);
      this.heads.set(column, cell);
      head.append(cell);
    }
    this.above = el('tr.space', { 'aria-hidden': 'true' }, el('td'));
    this.below = el('tr.space', { 'aria-hidden': 'true' }, el('td'));
    this.body = el('tbody', {}, this.above, this.below);
    this.table = el('table', { 'aria-label': 'Instances of apps' }, el('thead', {}, head), this.body);
    this.empty = el('p.empty', { role: 'status' });
    this.scroller = el('div.scroller', { role: 'region', 'aria-label': 'List of apps', tabindex: -1 }, this.table, this.empty);
    this.scroller.addEventListener('keydown', (event) => this.#key(event));
    place.append(
      el('div.bar', {}, this.filter, el('div.chips', { role: 'group', 'aria-label': 'Show by status' },
        ...[...this.kinds.values()].map((each) => each.button))),
      this.scroller,
    );
    this.#showSorting();
  }

  #sortBy(column) {
    const same = this.sorted.column === column;
    const figures = ['cpu', 'memory', 'restarts'].includes(column);
    this.sorted = { column, descending: same ? !this.sorted.descending : figures, at: 0 };
    this.#showSorting();
    this.#arrange();
  }

  #showSorting() {
    for (const [column, cell] of this.heads) {
      const direction = this.sorted.descending ? 'descending' : 'ascending';
      cell.setAttribute('aria-sort', column === this.sorted.column ? direction : 'none');
    }
  }

  /** Filters and sorts the rows. */
  #arrange() {
    const all = [...store.instances.values()];
    const wanted = words(this.filter.value);
    this.#count(all);
    this.order = all
      .filter((each) => (this.kind === '' || kind(each) === this.kind) && matches(each, wanted))
      .sort(comparator(this.sorted.column, this.sorted.descending, (id) => store.usage.get(id)));
    this.sorted.at = performance.now();
    for (const [id, row] of this.rows) {
      if (!store.instances.has(id)) {
        this.#remove(id, row);
      }
    }
    this.table.setAttribute('aria-rowcount', this.order.length + 1);
    this.empty.hidden = this.order.length > 0;
    setText(
      this.empty,
      all.length > 0
        ? 'No app matches the filter.'
        : store.isFilled ? 'No apps yet. Type jpm start app.js in a terminal.' : 'Waiting for the daemon…',
    );
    this.#draw();
  }

  #count(all) {
    const numbers = new Map();
    this.perApp = new Map();
    for (const each of all) {
      numbers.set(kind(each), (numbers.get(kind(each)) ?? 0) + 1);
      this.perApp.set(each.app, (this.perApp.get(each.app) ?? 0) + 1);
    }
    for (const [name, { button, number }] of this.kinds) {
      const many = name === '' ? all.length : numbers.get(name) ?? 0;
      setText(number, many.toLocaleString('en'));
      button.hidden = many === 0 && name !== '' && name !== 'good' && this.kind !== name;
      button.setAttribute('aria-pressed', String(this.kind === name));
      button.dataset.kind = name;
    }
  }

  #remove(id, row) {
    if (row.node.contains(document.activeElement)) {
      this.scroller.focus({ preventScroll: true });
    }
    row.node.remove();
    this.rows.delete(id);
  }

  /** Draws the visible rows. */
  #draw() {
    const active = document.activeElement;
    const from = Math.max(0, Math.floor(this.scroller.scrollTop / HEIGHT) - SPARE);
    const many = Math.ceil(this.scroller.clientHeight / HEIGHT) + 2 * SPARE;
    const visible = this.order.slice(from, from + many);
    const ids = new Set(visible.map((instance) => instance.id));
    for (const [id, row] of this.rows) {
      if (!ids.has(id)) {
        this.#remove(id, row);
      }
    }
    this.above.firstChild.style.height = `${from * HEIGHT}px`;
    this.below.firstChild.style.height = `${Math.max(0, this.order.length - from - visible.length) * HEIGHT}px`;
    this.above.hidden = from === 0;
    const now = Date.now();
    let before = this.above;
    visible.forEach((instance, i) => {
      let row = this.rows.get(instance.id);
      if (row === undefined) {
        row = new TableRow(instance.id, (id) => this.open(id));
        this.rows.set(instance.id, row);
      }
      if (before.nextSibling !== row.node) {
        before.after(row.node);
      }
      before = row.node;
      row.node.setAttribute('aria-rowindex', from + i + 2);
      row.show(instance, instance.id === this.chosen, now, this.perApp.get(instance.app) > 1);
      row.showUsage(store.usage.get(instance.id), store.series.get(instance.id));
    });
    this.#oneTabStop();
    if (active !== document.activeElement && this.body.contains(active)) {
      active.focus({ preventScroll: true }); // A row that was moved has lost the focus.
    }
  }

  /** Makes only the selected row, or the first, reachable by TAB. Arrow keys reach the others. */
  #oneTabStop() {
    const current = this.rows.get(this.focused) ?? this.rows.get(this.chosen) ?? this.rows.get(this.order[0]?.id);
    for (const row of this.rows.values()) {
      row.name.tabIndex = row === current ? 0 : -1;
    }
  }

  #figures() {
    const byFigures = ['cpu', 'memory'].includes(this.sorted.column);
    if (byFigures && performance.now() - this.sorted.at > STEADY && !this.body.contains(document.activeElement)) {
      this.#arrange();
      return;
    }
    const now = Date.now();
    for (const [id, row] of this.rows) {
      const instance = store.instances.get(id);
      if (instance) {
        row.show(instance, id === this.chosen, now, this.perApp.get(instance.app) > 1);
        row.showUsage(store.usage.get(id), store.series.get(id));
      }
    }
  }

  /** Marks the row whose details are shown, or none if null. */
  choose(id) {
    this.chosen = id;
    this.focused = id;
    this.#draw();
  }

  /** Sets the focus on a row, if it exists. */
  focusOn(id) {
    this.focused = id;
    this.move(0);
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / HEIGHT) - 2);
    const step = {
      ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity,
    }[event.key];
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.move(step);
    }
  }

  /** Moves the focus by this number of rows. */
  move(step) {
    if (this.order.length === 0) {
      return;
    }
    const active = document.activeElement?.closest?.('tr[data-id]');
    const from = active ? Number(active.dataset.id) : this.focused;
    const at = this.order.findIndex((instance) => instance.id === from);
    const next = at < 0 && Number.isFinite(step) ? 0 : Math.max(0, Math.min(this.order.length - 1, at + step));
    this.focused = this.order[next].id;
    const head = this.scroller.querySelector('thead').offsetHeight;
    const top = next * HEIGHT;
    if (top < this.scroller.scrollTop) {
      this.scroller.scrollTop = top;
    } else if (top + HEIGHT + head > this.scroller.scrollTop + this.scroller.clientHeight) {
      this.scroller.scrollTop = top + HEIGHT + head - this.scroller.clientHeight;
    }
    this.#draw();
    this.rows.get(this.focused)?.name.focus({ preventScroll: true });
  }
}
