#!/usr/bin/env node
// Starts an app through jpm's bridge, prints its events, and stops it when Enter is pressed.
//
// usage: client.js SCRIPT [unix|tcp]      the home is $JPM_HOME or ~/.jpm; its daemon must be running (jpm ping)
'use strict';

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');

const HOME = process.env.JPM_HOME || path.join(os.homedir(), '.jpm');
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));
const read = (name) => fs.readFileSync(path.join(HOME, name), 'ascii').trim();

// A frame is a length (4 bytes, big-endian) followed by that many bytes of JSON.
function send(socket, frame) {
  const data = Buffer.from(JSON.stringify(frame));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  socket.write(Buffer.concat([head, data]));
}

async function* frames(socket) {
  let waiting = Buffer.alloc(0);
  for await (const chunk of socket) {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 4 && waiting.length >= 4 + waiting.readUInt32BE()) {
      const end = 4 + waiting.readUInt32BE();
      const frame = JSON.parse(waiting.subarray(4, end));
      waiting = waiting.subarray(end);
      if (frame.type === 'err') fail(`the daemon refuses it: ${frame.message}`);
      yield frame;
    }
  }
  throw new Error('the daemon is gone');
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

// For the unix socket, file permissions control the access. For TCP, a token does; each daemon creates
// a new token when it starts.
function connect(way) {
  const socket =
    way === 'unix'
      ? net.connect(path.join(HOME, 'bridge.sock'))
      : net.connect(Number(read('bridge.port')), '127.0.0.1');
  if (way !== 'unix') send(socket, { type: 'auth', token: read('token') });
  return socket;
}

// Sends a request on a separate connection and returns the reply.
async function ask(way, request) {
  const socket = connect(way);
  const body = { v: 1, ...request };
  send(socket, { type: 'send', address: 'jpm.command', replyAddress: '1', body });
  for await (const frame of frames(socket)) {
    if (frame.address !== '1') continue;
    if (!frame.body.ok) fail(frame.body.problems.join('; '));
    return frame.body; // leaving the loop closes the socket
  }
}

// Yields each event after a number exactly once and in order, even if connections break and daemons die.
async function* follow(way, after) {
  for (let failures = 0; ; failures++) {
    try {
      const socket = connect(way);
      send(socket, { type: 'register', address: 'jpm.events', headers: { after: String(after) } });
      for await (const { type, body } of frames(socket)) {
        if (type !== 'message') continue;
        if (body.event === 'gap') {
          console.log(`lost: ${body.forgotten} events after ${body.after}`);
        } else if (body.event === 'reset') {
          after = 0;
          console.log(`another history: number ${body.last} is its last`);
        } else if (body.seq > after) {
          after = body.seq;
          failures = 0;
          yield body;
        }
      }
    } catch (lost) {
      console.error(`not connected: ${lost.message}`);
      await pause(Math.min(100 * 2 ** failures, 5000));
    }
  }
}

// Repeats the request if the connection breaks: stopping a stopped app is harmless.
async function stop(way, name) {
  for (;;) {
    try {
      return await ask(way, { verb: 'stop', targets: [name] });
    } catch {
      await pause(500);
    }
  }
}

async function main(script, way = 'unix') {
  const name = 'example-node';
  const app = { name, script: path.resolve(script) };
  const latest = (await ask(way, { verb: 'events', limit: 1 })).events;
  await ask(way, { verb: 'start', app, cwd: process.cwd(), env: process.env });
  process.stdin.once('data', () => stop(way, name)).once('end', () => stop(way, name));
  for await (const event of follow(way, latest.length ? latest[0].seq : 0)) {
    console.log(event.seq, event.event, event.app ?? '-', event.reason);
    if (event.app === name && event.event === 'stop') break;
  }
  await ask(way, { verb: 'delete', targets: [name] });
  process.exit(0);
}

main(...process.argv.slice(2)).catch((error) => fail(error.message));
