// Dialogs. The focus stays inside an open dialog, and returns to its former element afterwards.

import { el } from './dom.js';

/** Reports whether a dialog is open. */
export function isDialogOpen() {
  return document.querySelector('dialog[open]') !== null;
}

/**
 * Shows a dialog until it is closed.
 *
 * @param parts `title`, `body` (elements), `buttons` (the first has the focus unless `focus` names an element)
 */
export function showDialog({ title, body, buttons, focus }) {
  const before = document.activeElement;
  const dialog = el(
    'dialog',
    { 'aria-labelledby': 'dialog-title' },
    el('h2', { id: 'dialog-title' }, title),
    ...body,
    el('div.buttons', {}, ...buttons),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      if (before instanceof HTMLElement && before.isConnected && before !== document.body) {
        before.focus();
      }
      resolve(dialog.returnValue);
    });
    dialog.showModal();
    (focus ?? buttons[0]).focus();
  });
}

/** @returns a button that closes its dialog with `value` */
export function closing(label, value, style = '') {
  const button = el(`button${style}`, { type: 'button' }, label);
  button.addEventListener('click', () => button.closest('dialog').close(value));
  return button;
}

/**
 * Asks for confirmation.
 *
 * @param question `title`, `text`, `fields` (elements), `action` (the word on the button), `isDangerous`: then
 *   Cancel has the focus; `focus`, an element instead
 * @returns whether the user confirmed
 */
export async function confirmed({ title, text, fields = [], action, isDangerous = false, focus }) {
  const cancel = closing('Cancel', '');
  const go = closing(action, 'go', isDangerous ? '.danger' : '.primary');
  for (const field of fields) {
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && event.target.type === 'number') {
        event.preventDefault();
        go.click();
      }
    });
  }
  const value = await showDialog({
    title,
    body: [el('p', {}, text), ...fields],
    buttons: [cancel, go],
    focus: focus ?? (isDangerous ? cancel : go),
  });
  return value === 'go';
}
