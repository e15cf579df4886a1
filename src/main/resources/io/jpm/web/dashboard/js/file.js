// A process file: shows what it would change, and applies it after a confirmation.

import { ask, Refusal } from './api.js';
import { confirmed } from './dialog.js';
import { allow, el, setText } from './dom.js';
import { count } from './format.js';
import { store } from './store.js';

const SAMPLE = `{
  "apps": [
    { "name": "hello", "script": "./hello.js", "instances": 2 }
  ]
}`;

/** Returns the apps that a text describes. Throws an error with a message for the user. */
export function described(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch (mistake) {
    throw new Error(`This is not JSON: ${mistake.message}`, { cause: mistake });
  }
  const apps = Array.isArray(value) ? value : value?.apps ?? (value?.script === undefined ? undefined : [value]);
  if (!Array.isArray(apps) || apps.length === 0) {
    throw new Error('No apps: write {"apps": [{"name": "web", "script": "./server.js"}]}');
  }
  return apps;
}

function change(it) {
  const fields = (it.fields ?? []).map((field) =>
    el('li', {}, el('code', {}, field.key), ': ', el('del', {}, short(field.from)), ' → ', el('ins', {}, short(field.to))));
  const note = it.problem ? el('p.problem', {}, it.problem) : null;
  return el(
    'li.change',
    {},
    el(`span.badge.${it.problem ? 'bad' : it.action === 'unchanged' ? 'off' : 'busy'}`, {}, it.action),
    el('b', {}, it.app),
    it.stopped ? el('span.muted', {}, ' (stopped, stays stopped)') : null,
    fields.length > 0 ? el('ul', {}, ...fields) : null,
    note,
  );
}

function short(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

export function fileView(place) {
  const text = el('textarea', {
    id: 'file-text', rows: 14, spellcheck: 'false', autocomplete: 'off', placeholder: SAMPLE, 'aria-describedby': 'file-hint',
  });
  const cwd = el('input', { type: 'text', id: 'file-cwd', placeholder: '/srv/app', spellcheck: 'false', autocomplete: 'off' });
  const look = el('button.primary', { type: 'button' }, 'Check');
  const apply = el('button', { type: 'button', disabled: true }, 'Apply…');
  const said = el('p.said', { role: 'status' });
  const result = el('ul.changes');
  let planned = null;

  const say = (words, isBad = false) => {
    setText(said, words);
    said.classList.toggle('problem', isBad);
  };
  const outdated = () => {
    planned = null;
    rights();
  };
  const rights = () => {
    allow(look, store.may.has('plan') ? '' : 'Your role does not allow this');
    allow(apply, !store.may.has('apply') ? 'Your role does not allow this' : planned === null ? 'Check it first' : '');
  };
  const failed = (mistake) => {
    result.replaceChildren(...(mistake instanceof Refusal ? mistake.problems : []).map((each) => el('li.problem', {}, each)));
    say(mistake instanceof Refusal ? count(mistake.problems.length, 'problem') : mistake.message, true);
  };
  const plan = async () => {
    outdated();
    try {
      const body = { apps: described(text.value), cwd: cwd.value.trim() };
      const reply = await ask('POST', '/plan', body);
      result.replaceChildren(...reply.changes.map(change));
      const many = reply.changes.filter((each) => each.action !== 'unchanged').length;
      planned = many > 0 && reply.changes.every((each) => !each.problem) ? { body, many } : null;
      say(many === 0 ? 'Nothing would change: all apps match this file.' : `${count(many, 'app')} would change.`);
      rights();
    } catch (mistake) {
      failed(mistake);
    }
  };
  const doIt = async () => {
    const { body, many } = planned;
    const go = await confirmed({
      title: `Apply to ${count(many, 'app')}?`,
      text: 'Apps are started, changed or restarted as the plan says. Apps that are not in it stay as they are.',
      action: 'Apply',
    });
    if (!go) {
      return;
    }
    outdated();
    say('Applying…');
    try {
      const reply = await ask('POST', '/apply', body);
      result.replaceChildren(...reply.changes.map(change));
      say('Applied.');
    } catch (mistake) {
      failed(mistake);
    }
  };
  text.addEventListener('input', outdated);
  cwd.addEventListener('input', outdated);
  look.addEventListener('click', plan);
  apply.addEventListener('click', doIt);
  store.on('rights', rights);
  rights();
  place.append(
    el('div.file-form', {},
      el('label', { for: 'file-text' }, 'Process file'),
      el('p.muted', { id: 'file-hint' }, 'Paste a process file in JSON. Check shows its problems, or what would change. Only Apply changes anything. ' +
        'For other formats, type jpm plan FILE in a terminal.'),
      text,
      el('label', { for: 'file-cwd' }, 'Directory for relative paths'),
      cwd,
      el('div.buttons', {}, look, apply)),
    el('div.file-result', {}, el('h2', {}, 'Plan'), said, result),
  );
  say('No file has been checked yet.');
  return {
    /** @param directory the default directory, unless the user has typed one */
    propose: (directory) => {
      if (cwd.value === '') {
        cwd.value = directory;
      }
    },
  };
}
