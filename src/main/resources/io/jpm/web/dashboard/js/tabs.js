// Tabs. Arrow keys move between them, and TAB reaches the selected one.

import { el } from './dom.js';

export class Tabs {
  /** @param tabs each `[name, label, panel]`; @param shown called with the name of the tab that is shown */
  constructor(label, tabs, shown) {
    this.tabs = new Map();
    this.shown = shown;
    this.list = el('div.tabs', { role: 'tablist', 'aria-label': label });
    this.panels = [];
    for (const [name, words, panel] of tabs) {
      const tab = el('button', { type: 'button', role: 'tab', id: `tab-${name}`, 'aria-controls': `panel-${name}` }, words);
      tab.addEventListener('click', () => this.choose(name));
      panel.id = `panel-${name}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      this.list.append(tab);
      this.panels.push(panel);
      this.tabs.set(name, { tab, panel });
    }
    this.list.addEventListener('keydown', (event) => this.#key(event));
    this.choose(tabs[0][0], false);
  }

  choose(name, tells = true) {
    this.current = name;
    for (const [each, { tab, panel }] of this.tabs) {
      const isIt = each === name;
      tab.setAttribute('aria-selected', String(isIt));
      tab.tabIndex = isIt ? 0 : -1;
      panel.hidden = !isIt;
    }
    if (tells) {
      this.shown(name);
    }
  }

  #key(event) {
    const names = [...this.tabs.keys()];
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const next = names[(names.indexOf(this.current) + step + names.length) % names.length];
      this.choose(next);
      this.tabs.get(next).tab.focus();
    }
  }
}
