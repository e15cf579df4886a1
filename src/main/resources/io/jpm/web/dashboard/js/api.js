// Requests to the daemon. What fails is a Refusal with sentences for people.

const BASE = '/api/v1';

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

/** @returns the reply's body */
export async function ask(method, path, body) {
  const headers = { 'X-JPM': '1', Accept: 'application/json' };
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
