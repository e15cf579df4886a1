'use strict';
// A small web server: / returns information about the process, /healthz its health.
//   PORT=3000 node server.js

const http = require('http');

const port = Number(process.env.PORT || 3000);
const started = Date.now();
let served = 0;
let stopping = false;

const server = http.createServer((request, response) => {
  served += 1;
  const path = request.url.split('?')[0];
  const [status, body] = answer(path);
  if (stopping) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body) + '\n');
  const line = `${request.method} ${path} ${status}`;
  if (status < 400) console.log(line);
  else console.error(line);
});

function answer(path) {
  if (path === '/healthz') return stopping ? [503, { status: 'stopping' }] : [200, { status: 'ok' }];
  if (path === '/') {
    return [200, {
      app: process.env.name || 'web',
      pid: process.pid,
      instance: process.env.NODE_APP_INSTANCE,
      uptime: Number(((Date.now() - started) / 1000).toFixed(1)),
      served,
    }];
  }
  return [404, { error: 'not found', path }];
}

server.on('error', (problem) => {
  console.error(`cannot listen on port ${port}: ${problem.message}`);
  process.exit(1);
});

server.listen(port, () => {
  console.log(`web listening on port ${port}, pid ${process.pid}`);
  if (process.send) process.send('ready');
});

// Accepts no new connections, finishes the current responses, and exits.
function stop(signal) {
  if (stopping) return;
  stopping = true;
  console.log(`${signal}: stopping after ${served} request${served === 1 ? '' : 's'}`);
  server.close(() => process.exit(0));
  if (server.closeIdleConnections) server.closeIdleConnections();
  setTimeout(() => process.exit(0), 1000).unref();
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
