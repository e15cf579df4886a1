// Requests to the daemon. What fails is a Refusal with sentences for people.

export const BASE = '/api/v1';

/** Under this name the secret of the session is kept, which only pages of this origin can read. */
const KEY = 'jpm-secret';

/** Where the browser keeps nothing for pages. */
let unkept = '';

/** What has been refused, or did not come through (status 0). */
export class Refusal extends Error {
  constructor(status, problems, notes = []) {
    super(problems.join('; '));
    this.status = status;
    this.problems = problems;
    this.notes = notes;
  }
}

/** Called when the daemon does not know the session any more. */
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
    // It is kept as long as the page is open.
  }
}

/** What each request sends; read anew, since another tab may have logged in. */
export function credentials() {
  let secret = unkept;
  try {
    secret = localStorage.getItem(KEY) ?? unkept;
  } catch {
    // As above.
  }
  return { 'X-JPM': secret };
}

/**
 * Takes the secret of a new session out of the address. A page of somebody else can lead here with one that is none:
 * it is tried first, so that it does not end the session that there is.
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
    // The daemon does not answer; it may know the secret when it does.
  }
  if (status !== 401) {
    keep(found[1]);
  }
}

/** Nothing is kept of a session that has ended. */
export function leave() {
  unkept = '';
  try {
    localStorage.removeItem(KEY);
  } catch {
    // There is nothing.
  }
}

/** @returns the reply's body */
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
    throw new Refusal(response.status, reply.problems ?? ['it was refused'], reply.notes);
  }
  return reply;
}

/** How an app is named in a path: what could mean something else too is asked for by a pattern. */
export function appTarget(app, namespaces) {
  return /^[A-Za-z][\w.-]*$/.test(app) && app !== 'all' && !namespaces.has(app)
    ? app
    : `/^${app.replace(/[^A-Za-z0-9_]/g, (c) => `\\${c}`)}$/`;
}

export function segment(word) {
  return encodeURIComponent(word);
}
