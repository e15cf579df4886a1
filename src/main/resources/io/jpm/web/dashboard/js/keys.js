// Keyboard shortcuts, and the dialog that lists them.

import { closing, isDialogOpen, showDialog } from './dialog.js';
import { el } from './dom.js';

const KEY = 'jpm.keys';

/** Whether single-letter keys are on. They may disturb users of dictation or screen readers. */
let isOn = localStorage.getItem(KEY) !== 'off';

/**
 * @param keys each `[key, what it does, function]`; a key may have several names, separated by spaces
 */
export function beginKeys(keys) {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) {
      return;
    }
    const field = event.target.closest?.('input, textarea, select') ?? null;
    if (field !== null) {
      if (event.key === 'Escape') {
        if (field.type === 'search' && field.value !== '') {
          field.value = '';
          field.dispatchEvent(new Event('input'));
        } else {
          field.blur();
        }
        event.preventDefault();
      }
      return;
    }
    if (!isOn && event.key.length === 1) {
      return;
    }
    const found = keys.find(([names]) => names.split(' ').includes(event.key));
    if (found) {
      event.preventDefault();
      found[2]();
    }
  });
  const help = () => showHelp(keys);
  document.getElementById('help').addEventListener('click', help);
  return help;
}

function showHelp(keys) {
  const choice = el('input', { type: 'checkbox' });
  choice.checked = isOn;
  choice.addEventListener('change', () => {
    isOn = choice.checked;
    localStorage.setItem(KEY, isOn ? 'on' : 'off');
  });
  const rows = keys.map(([names, what]) =>
    el('tr', {}, el('td', {}, ...names.split(' ').flatMap((name) => [el('kbd', {}, name), ' '])), el('td', {}, what)));
  return showDialog({
    title: 'Keys',
    body: [
      el('table.keys', {}, el('tbody', {}, ...rows,
        el('tr', {}, el('td', {}, el('kbd', {}, '↑'), ' ', el('kbd', {}, '↓')), el('td', {}, 'Move through the table')))),
      el('label.check', {}, choice, 'Single-letter keys are on'),
    ],
    buttons: [closing('Close', '')],
  });
}
