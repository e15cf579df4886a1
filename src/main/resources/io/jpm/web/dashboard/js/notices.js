// Short messages about results and failures. Failures stay until the user closes them.

import { el } from './dom.js';

const MOST = 4;
const SHOWN = 6000;

export function notice(text, isFailure = false) {
  const area = document.getElementById('notices');
  const close = el('button.quiet', { type: 'button', 'aria-label': 'Close message' }, '×');
  const box = el(`div.notice${isFailure ? '.bad' : ''}`, { role: isFailure ? 'alert' : false }, el('p', {}, text), close);
  close.addEventListener('click', () => box.remove());
  area.append(box);
  while (area.children.length > MOST) {
    area.firstElementChild.remove();
  }
  if (!isFailure) {
    setTimeout(() => box.remove(), SHOWN);
  }
}
