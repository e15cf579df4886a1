// Assembles the page: views, the stream, keys.

import { ask, enter, leave, Refusal, whenSessionEnds } from './api.js';
import { setText } from './dom.js';
import { eventsView } from './events.js';
import { fileView } from './file.js';
import { kind } from './filter.js';
import { clock } from './format.js';
import { beginKeys } from './keys.js';
import { Live } from './live.js';
import { beginMachine } from './machine.js';
import { notice } from './notices.js';
import { Side } from './side.js';
import { store } from './store.js';
import { Table } from './table.js';
import { beginTheme, nextTheme } from './theme.js';

const element = (id) => document.getElementById(id);

const entered = enter();
beginTheme();
beginMachine();
const table = new Table(element('apps'), (id) => go(`#/apps/${id}`, true));
const side = new Side(element('side'), () => closeSide());
const events = eventsView(element('events'));
const file = fileView(element('file'));
let chosen = null;
let isOver = false;
let seen = Date.now();

/** Shows the view in the address: `#/apps`, `#/apps/ID`, `#/events`, `#/file`. */
function go(hash, isOpened = false) {
  if (location.hash !== hash) {
    history.pushState(null, '', hash);
  }
  const [, view = 'apps', id] = location.hash.split('/');
  const shown = ['apps', 'events', 'file'].includes(view) ? view : 'apps';
  element('apps').hidden = shown !== 'apps';
  element('side').hidden = shown !== 'apps';
  element('events').hidden = shown !== 'events';
  element('file').hidden = shown !== 'file';
  for (const link of document.querySelectorAll('nav a')) {
    if (link.dataset.view === shown) {
      link.setAttribute('aria-current', 'page');
    } else {
      link.removeAttribute('aria-current');
    }
  }
  chosen = shown === 'apps' && /^\d+$/.test(id ?? '') ? Number(id) : null;
  document.body.classList.toggle('has-choice', chosen !== null);
  table.choose(chosen);
  side.show(chosen);
  if (shown === 'events') {
    events.show();
  }
  if (isOpened && window.matchMedia('(max-width: 899px)').matches) {
    side.focus();
  }
}

function closeSide() {
  if (chosen !== null) {
    const before = chosen;
    go('#/apps');
    table.focusOn(before);
  }
}

window.addEventListener('hashchange', () => go(location.hash));

const STATES = {
  connecting: ['Connecting…', 'busy'],
  live: ['Live', 'good'],
  lost: ['Not connected', 'bad'],
  ended: ['Logged out', 'bad'],
};

let banner = '';

function connection(state, seconds) {
  const [words, sort] = STATES[state];
  const place = element('connection');
  setText(place, words);
  place.className = `connection ${sort}`;
  document.body.classList.toggle('stale', state === 'lost' || state === 'ended');
  side.logs.serve(state === 'live');
  if (state === 'live') {
    tell('');
  } else if (state === 'lost') {
    tell(`The daemon does not answer. This page shows the state at ${clock(seen)}. Trying again every few seconds (now in ${seconds} s).`);
  } else if (state === 'ended') {
    tell(isOver
      ? 'You have logged out. To log in again, type jpm web in a terminal and follow the link.'
      : `Your session has ended. This page shows the state at ${clock(seen)}. To log in again, type jpm web in a terminal and follow the link.`);
  }
}

function tell(words) {
  if (words !== banner) {
    banner = words;
    element('banner').hidden = words === '';
    setText(element('banner'), words);
  }
}

const handlers = {
  state: connection,
  instances: (body) => store.setInstances(body.instances),
  changed: (body) => store.change(body.instances, body.gone),
  usage: (body) => {
    seen = Date.now();
    store.setUsage(body);
  },
  event: (body) => store.addEvents([body]),
  forgotten: (body) => notice(`${body.events} events are no longer stored.`),
};
const live = new Live(handlers, () => store.lastEvent);
whenSessionEnds(() => live.end());

/** Shows a summary in the title, for users who see only the tab. */
store.on('instances', () => {
  const kinds = [...store.instances.values()].map(kind);
  const bad = kinds.filter((each) => each === 'bad' || each === 'warn').length;
  document.title = bad > 0 ? `(${bad} with problems) jpm` : `jpm · ${kinds.filter((each) => each === 'good').length} online`;
});

async function begin() {
  await entered;
  try {
    const session = await ask('GET', '/session');
    store.may = new Set(session.may);
    store.touch('rights');
    const past = await ask('GET', '/events?limit=200');
    store.addEvents(past.events);
    const daemon = await ask('GET', '/ping');
    file.propose(daemon.home.replace(/\/[^/]*$/, '') || '/');
    document.querySelector('h1').title = `jpm ${daemon.version}, daemon ${daemon.pid}, home ${daemon.home}`;
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) {
      throw refusal;
    }
  }
  live.open();
}

element('logout').addEventListener('click', async () => {
  isOver = true;
  try {
    await ask('DELETE', '/session');
  } catch (refusal) {
    isOver = refusal.status === 401;
    if (!isOver) {
      notice(`Not logged out: ${refusal.message}`, true);
      return;
    }
  }
  leave();
  live.end();
});

const toggleRun = () => {
  const instance = store.instances.get(chosen);
  side.act(instance?.pid === null ? 'start' : 'stop');
};
const help = beginKeys([
  ['/', 'Filter the table', () => { go('#/apps' + (chosen === null ? '' : `/${chosen}`)); table.filter.focus(); }],
  ['j', 'Next app', () => table.move(1)],
  ['k', 'Previous app', () => table.move(-1)],
  ['Escape', 'Close the details', closeSide],
  ['r', 'Restart', () => side.act('restart')],
  ['e', 'Reload', () => side.act('reload')],
  ['s', 'Stop or start', toggleRun],
  ['c', 'Scale', () => side.act('scale')],
  ['d', 'Delete', () => side.act('delete')],
  ['f', 'Search in the log', () => { side.tabs.choose('log'); side.logs.search.focus(); }],
  ['p', 'Pause or resume the log', () => side.logs.togglePause()],
  ['1', 'Apps', () => go('#/apps')],
  ['2', 'Events', () => go('#/events')],
  ['3', 'Process file', () => go('#/file')],
  ['t', 'Light, dark, automatic', nextTheme],
  ['?', 'These keys', () => help()],
]);

go(location.hash || '#/apps');
begin();
