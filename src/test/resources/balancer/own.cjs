'use strict';
// A server on a shared port, and one on a port that only one process can bind.
const http = require('http');
const [shared, own] = process.argv.slice(2).map(Number);
const answer = (request, response) => response.end(String(process.pid));

http.createServer(answer).listen(shared);
http.createServer(answer)
  .on('error', (error) => console.log(`own ${error.code}`))
  .listen({ port: own, host: '127.0.0.1', exclusive: true }, () => console.log('own listens'));
