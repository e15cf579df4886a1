// Actions on apps, each with a confirmation.

import { appTarget, ask, Refusal, segment } from './api.js';
import { confirmed } from './dialog.js';
import { el } from './dom.js';
import { count } from './format.js';
import { notice } from './notices.js';
import { store } from './store.js';

/** `may` is the operation that the role must allow. */
export const ACTIONS = {
  restart: { label: 'Restart', may: 'restart', key: 'r', text: 'Stops the app and starts it again.', done: 'restarted' },
  reload: {
    label: 'Reload', may: 'reload', key: 'e', done: 'reloaded',
    text: 'Replaces the processes one after the other, in cluster mode without a gap.',
  },
  stop: { label: 'Stop', may: 'stop', key: 's', text: 'Stops the app. It stays in the list.', done: 'stopped' },
  start: { label: 'Start', may: 'start', key: 's', text: 'Starts the app with the settings in the list.', done: 'started' },
  scale: { label: 'Scale', may: 'scale', key: 'c', text: 'Number of instances that the app should have.', done: 'scaled' },
  reset: { label: 'Reset counter', may: 'reset', key: '', text: 'Resets the restart counter to 0.', done: 'reset' },
  delete: {
    label: 'Delete', may: 'delete', key: 'd', done: 'deleted',
    text: 'Stops the app and removes it from the list. Its log files stay.', isDangerous: true,
  },
};

/** Returns why an action is not available now; empty if it is available. */
export function hindrance(name, instance) {
  if (!store.may.has(ACTIONS[name].may)) {
    return 'Your role does not allow this';
  }
  if (name === 'stop' && instance.status === 'stopped') {
    return 'The instance is stopped';
  }
  if (name === 'start' && instance.pid !== null) {
    return 'The instance is running';
  }
  return name === 'reload' && instance.pid === null ? 'The instance is not running' : '';
}

/** Creates the checkbox that limits an action to one of several instances. */
function scope(instance, siblings) {
  const choice = el('input', { type: 'checkbox' });
  const label = el('label.check', {}, choice, `Only instance #${instance.id}, not all ${siblings}`);
  return { choice, label };
}

function namespaces() {
  return new Set([...store.instances.values()].map((each) => each.namespace));
}

/** Asks for confirmation, performs the action, and shows its result. */
export async function act(name, instance) {
  const action = ACTIONS[name];
  const app = instance.app;
  const siblings = store.ofApp(app).length;
  const { choice, label } = scope(instance, siblings);
  const amount = el('input', {
    type: 'number', min: 1, max: 1000, step: 1, value: siblings, id: 'amount', 'aria-label': 'Instances',
  });
  const isScale = name === 'scale';
  const fields = isScale
    ? [el('label.amount', {}, 'Instances ', amount)]
    : siblings > 1 ? [label] : [];
  const go = await confirmed({
    title: isScale ? `Scale ${app}` : `${action.label} ${app}?`,
    text: !isScale && siblings > 1 ? `${count(siblings, 'instance')}. ${action.text}` : action.text,
    fields,
    action: action.label,
    isDangerous: action.isDangerous,
    focus: isScale ? amount : undefined,
  });
  if (go) {
    const one = choice.checked;
    const target = one ? String(instance.id) : appTarget(app, namespaces());
    await perform(name, one ? `${app} #${instance.id}` : app, target, Number(amount.value));
  }
}

async function perform(name, what, target, amount) {
  try {
    const reply = await request(name, target, amount);
    notice([`${what}: ${ACTIONS[name].done}`, ...(reply.notes ?? [])].join('. '));
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) {
      throw refusal;
    }
    notice(`${what}: ${refusal.problems.join('; ')}`, true);
  }
}

function request(name, target, amount) {
  switch (name) {
    case 'scale':
      return ask('POST', '/scale', { target, to: amount });
    case 'delete':
      return ask('DELETE', `/instances/${segment(target)}`);
    default:
      return ask('POST', `/instances/${segment(target)}/${name}`);
  }
}
