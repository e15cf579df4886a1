#!/usr/bin/env node
// A worker of Node's cluster module: listens with the handle that its primary sends.
const http = require('node:http');
process.on('uncaughtException', (error) => console.log('uncaught ' + error.code));
http
  .createServer((_, response) => response.end('served by ' + process.pid))
  .listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
process.on('message', (message) => process.send({ heard: message }));
console.log('started');
