// Light or dark: the setting of the system, until the user selects a theme.

import { setText } from './dom.js';

const KEY = 'jpm.theme';
const NEXT = { system: 'dark', dark: 'light', light: 'system' };
const listeners = new Set();
const colours = new Map();
const dark = window.matchMedia('(prefers-color-scheme: dark)');

let chosen = localStorage.getItem(KEY) ?? 'system';

function show() {
  const isDark = chosen === 'dark' || (chosen === 'system' && dark.matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  const button = document.getElementById('theme');
  setText(button, { system: 'Auto', dark: 'Dark', light: 'Light' }[chosen]);
  button.setAttribute('aria-label', `Colours: ${chosen === 'system' ? 'as the system' : chosen}. Change`);
  button.title = 'Colours: automatic, dark, light (t)';
  colours.clear();
  listeners.forEach((listener) => listener());
}

export function nextTheme() {
  chosen = NEXT[chosen] ?? 'system';
  localStorage.setItem(KEY, chosen);
  show();
}

/** Calls the listener when colours change. */
export function whenThemeChanges(listener) {
  listeners.add(listener);
}

/** Returns a colour of the style sheet, for canvases. */
export function colour(name) {
  let value = colours.get(name);
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(name, value);
  }
  return value;
}

export function beginTheme() {
  dark.addEventListener('change', show);
  document.getElementById('theme').addEventListener('click', nextTheme);
  show();
}
