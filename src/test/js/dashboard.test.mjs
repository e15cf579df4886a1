// The dashboard's parts that need no browser; run by DashboardLogicTest, which puts them beside this file.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pieces, plain } from './js/ansi.js';
import { appTarget } from './js/api.js';
import { comparator, kind, matches, words } from './js/filter.js';
import { bytes, count, duration, percent } from './js/format.js';
import { LogBuffer, MOST_LINES, sinceBreak } from './js/log-buffer.js';
import { Ring } from './js/ring.js';
import { EventReader } from './js/stream.js';

test('a ring keeps the newest, in order, and tells gaps', () => {
  const ring = new Ring(3, 2);
  assert.deepEqual(ring.tail(1), []);
  assert.ok(Number.isNaN(ring.last(0)));
  for (let i = 1; i <= 5; i++) {
    ring.push(i, i === 4 ? NaN : i * 10);
  }
  assert.deepEqual(ring.tail(0), [3, 4, 5]);
  assert.deepEqual(ring.tail(1), [30, null, 50]);
  assert.deepEqual(ring.tail(0, 2), [4, 5]);
  assert.equal(ring.last(1), 50);
});

test('figures are short', () => {
  assert.deepEqual([0, 999, 1000, 1536, 52428800, 25 * 2 ** 30, NaN].map(bytes),
    ['0 B', '999 B', '1.0 KB', '1.5 KB', '50.0 MB', '25.0 GB', '–']);
  assert.deepEqual([0, 3.14, 99.6, NaN].map(percent), ['0%', '3.1%', '100%', '–']);
  assert.deepEqual([0, 59_000, 3_600_000, 90_061_000, -5, NaN].map(duration), ['0s', '59s', '1h', '1d 1h', '0s', '–']);
  assert.deepEqual([1, 1234].map((n) => count(n, 'line')), ['1 line', '1,234 lines']);
});

const web = { app: 'web', namespace: 'shop', status: 'online', id: 3, pid: 77, restarts: 2, started_at: 5, unhealthy: null };
const old = { app: 'old', namespace: 'default', status: 'stopped', id: 1, pid: null, restarts: 9, started_at: null, unhealthy: null };

test('a filter finds what has all words, and not what is excluded', () => {
  for (const [text, found] of [['', true], ['WE', true], ['web shop', true], ['#3', true], ['77', true], ['web default', false], ['!stopped', true], ['!web', false], ['!', false]]) {
    assert.equal(matches(web, words(text)), found, text);
  }
});

test('what is wrong comes first, and names are compared as people do', () => {
  assert.equal(kind(web), 'good');
  assert.equal(kind({ ...web, unhealthy: 'no answer' }), 'warn');
  const byStatus = comparator('status', false, () => undefined);
  const bad = { ...old, status: 'errored' };
  assert.deepEqual([old, web, bad].sort(byStatus), [bad, web, old]);
  const names = ['app10', 'app9', 'App1'].map((app, id) => ({ ...web, app, id }));
  assert.deepEqual(names.sort(comparator('name', false)).map((it) => it.app), ['App1', 'app9', 'app10']);
  assert.deepEqual([web, old, { ...web, id: 4, started_at: 9 }].sort(comparator('uptime', true, () => undefined)).map((it) => it.id), [3, 4, 1]);
});

test('colours become classes and nothing else of a terminal is obeyed', () => {
  assert.deepEqual(pieces('a\u001b[1;31mb\u001b[0mc'), [
    { text: 'a', style: '' }, { text: 'b', style: 'ink-red bold' }, { text: 'c', style: '' }]);
  assert.deepEqual(pieces('\u001b[38;5;196mx\u001b[92my'), [{ text: 'x', style: '' }, { text: 'y', style: 'ink-green' }]);
  assert.equal(plain('\u001b]0;title\u0007\u001b[2J\u001b[8mx\u001b(B\u0001\u202ey\u001b'), 'x\u2401\ufffdy');
  assert.equal(plain('<script>&amp;\ttab\r'), '<script>&amp;\ttab');
});

test('a log keeps so many lines, and shows those that are searched for', () => {
  const log = new LogBuffer();
  for (let i = 0; i < MOST_LINES + 100; i++) {
    log.add({ id: 0, stream: i % 2 ? 'err' : 'out', at: i, text: `line ${i}` });
  }
  log.trim();
  assert.equal(log.lines.length, MOST_LINES);
  assert.equal(log.shown[0].text, 'line 100');
  assert.equal(log.dropped, 100);
  log.search('LINE 20', (line) => line.stream === 'err');
  assert.equal(log.shown[0].text, 'line 201');
  log.add({ id: 0, stream: 'err', at: 1, text: 'a \u001b[1mline 20\u001b[0m' });
  assert.equal(log.shown.at(-1).plain, 'a line 20');
  for (let i = 0; i < 3000; i++) {
    log.add({ id: 0, stream: 'err', at: i, text: `line 20 ${'x'.repeat(100_000)}` });
  }
  log.trim();
  assert.ok(log.lines.reduce((sum, line) => sum + line.text.length, 0) <= 4_000_000);
  assert.ok(log.shown.every((line) => log.lines.includes(line)));
});

test('an app is named so that nothing else is meant', () => {
  const namespaces = new Set(['shop']);
  assert.equal(appTarget('web-1.2', namespaces), 'web-1.2');
  assert.equal(appTarget('3', namespaces), '/^3$/');
  assert.equal(appTarget('all', namespaces), '/^all$/');
  assert.equal(appTarget('shop', namespaces), '/^shop$/');
  assert.equal(appTarget('a b', namespaces), '/^a\\ b$/');
});

test('a page that was not connected shows what it has missed, and says where lines may be left out', () => {
  const line = (at, text) => ({ at, id: 0, stream: 'out', text });
  const last = [line(1, 'a'), line(2, 'b'), line(3, 'c'), line(3, 'd')];
  assert.deepEqual(sinceBreak([], last), { lines: last, isWhole: true });
  assert.deepEqual(sinceBreak([line(2, 'b')], last), { lines: last.slice(2), isWhole: true });
  assert.deepEqual(sinceBreak(last, last), { lines: [], isWhole: true });
  assert.deepEqual(sinceBreak([line(0, 'z')], last), { lines: last, isWhole: false });
});

test('events of a stream are read wherever it is cut', () => {
  const text = ': jpm\n\nid: 7\nevent: lines\ndata: {"a":1}\n\n: still here\n\ndata: one\r\ndata:two\r\n\r\nevent: none\n\nevent: é\ndata\n\ndata: half';
  const expected = [['lines', '{"a":1}'], ['message', 'one\ntwo'], ['é', '']];
  for (let size = 1; size <= text.length; size++) {
    const found = [];
    const reader = new EventReader((kind, data) => found.push([kind, data]));
    for (let at = 0; at < text.length; at += size) {
      reader.push(text.slice(at, at + size));
    }
    assert.deepEqual(found, expected);
  }
});
