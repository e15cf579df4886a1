'use strict';
// Closes its server on request, and opens another one.
const cluster = require('cluster');
const http = require('http');
const port = Number(process.argv[2]);
let server;

function open(word) {
  server = http.createServer((request, response) => {
    response.end(`worker ${cluster.worker.id} ${process.pid}`);
  });
  server.listen(port, () => console.log(word));
}

process.on('message', (message) => {
  if (message === 'close') {
    server.close(() => console.log('closed'));
  } else {
    open('again');
  }
});
open('open');
