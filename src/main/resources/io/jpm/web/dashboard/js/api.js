// Requests to the daemon. A failure is a Refusal with messages for the user.

export const BASE = '/api/v1';

/** The storage key of the session's secret, which only pages of this origin can read. */
const KEY = 'jpm-secret';

/** The secret, for browsers that store nothing for pages. */
let unkept = '';

/** A request that was refused or got no response (status 0). */
export class Refusal extends Error {
  constructor(status, problems, notes = []) {
    super(problems.join('; '));
    this.status = status;
    this.problems = problems;
    this.notes = notes;
  }
}

/** Called when the daemon no longer knows the session. */
let ended = () => {};

export function whenSessionEnds(listener) {
  ended = listener;
}

export function sessionEnded() {
  ended();
}

function keep(secret) {
  unkept = secret;
  try {
    localStorage.setItem(KEY, secret);
  } catch {
    // It is available as long as the page is open.
  }
}

/** Returns the credentials of a request. They are read each time, since another tab may have logged in. */
export function credentials() {
  let secret = unkept;
  try {
    secret = localStorage.getItem(KEY) ?? unkept;
  } catch {
    // The browser stores nothing for pages.
  }
  return { 'X-JPM': secret };
}

/**
 * Removes the secret of a new session from the address and stores it. A page of another origin can link here with
 * an invalid secret. It is therefore tested first, so that it does not end the current session.
 */
export async function enter() {
  const found = /^#s=([0-9a-f]{64})$/.exec(location.hash);
  if (found === null) {
    return;
  }
  history.replaceState(null, '', '#/apps');
  let status = 0;
  try {
    const response = await fetch(`${BASE}/session`, {
      headers: { 'X-JPM': found[1], Accept: 'application/json' }, cache: 'no-store', credentials: 'same-origin',
    });
    status = response.status;
  } catch {
    // The daemon does not answer. It may know the secret later.
  }
  if (status !== 401) {
    keep(found[1]);
  }
}

/** Removes the secret of a session that has ended. */
export function leave() {
  unkept = '';
  try {
    localStorage.removeItem(KEY);
  } catch {
    // Nothing was stored.
  }
}

/** @returns the body of the reply */
export async function ask(method, path, body) {
  const headers = { ...credentials(), Accept: 'application/json' };
  if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
  }
  let response;
  let reply;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'same-origin',
    });
    reply = await response.json();
  } catch {
    throw new Refusal(response?.status ?? 0, ['the daemon does not answer']);
  }
  if (response.status === 401) {
    ended();
  }
  if (!response.ok || reply.ok === false) {
    throw new Refusal(response.status, reply.problems ?? ['the request was refused'], reply.notes);
  }
  return reply;
}

/** Returns the target of an app in a path: a pattern if its name could also select something else. */
export function appTarget(app, namespaces) {
  return /^[A-Za-z][\w.-]*$/.test(app) && app !== 'all' && !namespaces.has(app)
    ? app
    : `/^${app.replace(/[^A-Za-z0-9_]/g, (c) => `\\${c}`)}$/`;
}

export function segment(word) {
  return encodeURIComponent(word);
}
