// Events, newest first.

import { el, setText } from './dom.js';
import { clock, count, moment } from './format.js';
import { store } from './store.js';

/** Maximum number of events in a list. */
const MOST = 200;

const KINDS = {
  bad: ['errored', 'crash_looping', 'reload_failed', 'unhealthy', 'config_failed', 'heartbeat_missed', 'stall'],
  warn: ['exit', 'limit', 'restart'],
  good: ['online', 'ready', 'recovered', 'reload', 'adopt', 'heartbeat_back', 'daemon_started'],
};

function kind(event) {
  if (event.expected) {
    return 'busy';
  }
  return Object.keys(KINDS).find((name) => KINDS[name].includes(event.event)) ?? 'busy';
}

function outcome(event) {
  if (event.exit_signal) {
    return ` · ${event.exit_signal}`;
  }
  return event.exit_code === undefined ? '' : ` · exit code ${event.exit_code}`;
}

/** Returns the time, with the date unless it is today. */
function when(at) {
  return moment(at).slice(0, 10) === moment(Date.now()).slice(0, 10) ? clock(at) : moment(at);
}

function entry(event) {
  const who = event.app === null ? 'daemon' : `${event.app} #${event.id}`;
  const words = event.reason && event.reason.includes('exit') ? event.reason : `${event.reason ?? ''}${outcome(event)}`;
  return el(
    'li',
    {},
    el('time', { datetime: new Date(event.at).toISOString(), title: moment(event.at) }, when(event.at)),
    el(`span.event.${kind(event)}`, {}, event.event.replaceAll('_', ' ')),
    el('span.who', {}, who),
    el('span.why', {}, words.replace(/^ · /, '')),
  );
}

export class EventList {
  /** @param wanted reports whether an event belongs in this list */
  constructor(label, wanted) {
    this.wanted = wanted;
    this.list = el('ol.events', { 'aria-label': label, tabindex: 0 });
    this.empty = el('p.empty', {}, 'No events yet.');
    this.node = el('div.event-list', {}, this.list, this.empty);
    this.last = 0;
    store.on('events', () => this.draw());
  }

  /** Must be called when the filter of the list has changed. */
  reset() {
    this.last = 0;
    this.list.replaceChildren();
    this.draw();
  }

  draw() {
    if (this.node.closest('[hidden]') !== null) {
      return;
    }
    const fresh = [];
    for (let i = store.events.length - 1; i >= 0 && store.events[i].seq > this.last && fresh.length < MOST; i--) {
      if (this.wanted(store.events[i])) {
        fresh.push(entry(store.events[i]));
      }
    }
    this.last = store.lastEvent;
    this.list.prepend(...fresh);
    while (this.list.children.length > MOST) {
      this.list.lastElementChild.remove();
    }
    this.empty.hidden = this.list.children.length > 0;
  }
}

/** Creates the view of all events. */
export function eventsView(place) {
  const input = el('input', {
    type: 'search', placeholder: 'Filter events', 'aria-label': 'Filter events by app, kind, reason', spellcheck: 'false',
  });
  const number = el('span.muted', { role: 'status' });
  const list = new EventList('Events of all apps', (event) =>
    `${event.app ?? 'daemon'} ${event.event} ${event.reason ?? ''}`.toLowerCase().includes(input.value.toLowerCase()));
  const say = () => setText(number, `${count(list.list.children.length, 'event')}, newest first`);
  input.addEventListener('input', () => {
    list.reset();
    say();
  });
  store.on('events', say);
  place.append(el('div.bar', {}, input, number), list.node);
  return { show: () => { list.draw(); say(); } };
}
