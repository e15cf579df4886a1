'use strict';
// A server of some kind on a port or a path. Each client receives the id and pid of the process that answers.
// Changes of its state are printed to standard output.
const cluster = require('cluster');
const fs = require('fs');
const [kind, place] = process.argv.slice(2);
const me = `${cluster.isWorker ? 'worker' : 'alone'} ${cluster.worker && cluster.worker.id} ${process.pid}`;

process.on('message', (message) => process.send({ got: message }));

function answer(request, response) {
  const delay = /wait=(\d+)/.exec(request.url);
  if (request.url === '/upload') {
    let size = 0;
    request.on('data', (chunk) => { size += chunk.length; });
    request.on('end', () => response.end(`${size} bytes`));
  } else if (request.url === '/begun') {
    response.writeHead(200, { 'content-length': 4 });
    response.write('ab');
    setTimeout(() => response.end('cd'), 300);
  } else if (request.url === '/close') {
    response.end('closing');
    server.close((error) => console.log(`closed ${error ? error.code : 'well'}`));
  } else {
    setTimeout(() => response.end(me), delay ? Number(delay[1]) : 0);
  }
}

function tls() {
  return { pfx: fs.readFileSync(process.env.PFX), passphrase: 'secret' };
}

function make() {
  switch (kind) {
    case 'http':
    case 'unlink':
    case 'masked':
    case 'open': return require('http').createServer(answer);
    case 'https': return require('https').createServer(tls(), answer);
    case 'h2c': return require('http2').createServer(answer);
    case 'h2': return require('http2').createSecureServer({ ...tls(), allowHTTP1: true }, answer);
    default: return require('net').createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (data) => socket.write(data));
      socket.write(`${me}\n`);
    });
  }
}

const server = make();
server.on('error', (error) => console.log(`error ${error.code} ${error.syscall} ${error.port}`));
server.on('listening', () => console.log(`listening ${JSON.stringify(server.address())}`));
process.on('SIGINT', () => server.close((error) => {
  console.log(`stopped ${error ? error.code : 'well'}`);
  process.exit(error ? 1 : 0);
}));
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  socket.on('data', (data) => socket.write(data));
  socket.on('end', () => socket.end()); // http leaves that to the handler of the upgrade
});
if (kind === 'several') {
  server.listen(Number(place));
  require('net').createServer().listen(0, '127.0.0.1', function () {
    console.log(`second ${this.address().port}`);
    require('net').createServer().listen(Number(place)).on('error', (e) => console.log(`third ${e.code}`));
  });
} else if (kind === 'many') {
  let left = Number(place);
  const codes = {};
  const done = (code) => {
    codes[code] = (codes[code] || 0) + 1;
    if (--left === 0) {
      console.log(`many ${JSON.stringify(codes)}`);
    }
  };
  for (let i = left; i > 0; i--) {
    require('net').createServer().on('error', (e) => done(e.code)).listen(0, '127.0.0.1', () => done('fine'));
  }
} else if (kind === 'open') {
  server.listen({ path: place, readableAll: true, writableAll: true });
} else if (place.endsWith('.sock')) {
  if (kind === 'unlink') {
    fs.rmSync(place, { force: true });
  } else if (kind === 'masked') {
    process.umask(0o077);
  }
  server.listen(place.replace('@', '\0'));
} else if (kind === 'udp') {
  const socket = require('dgram').createSocket('udp4');
  socket.on('message', (data, from) => socket.send(`${me} ${data}`, from.port, from.address));
  socket.bind(Number(place), '127.0.0.1', () => console.log(`listening ${JSON.stringify(socket.address())}`));
} else if (place.includes(':')) {
  const at = place.lastIndexOf(':');
  server.listen({ host: place.slice(0, at), port: Number(place.slice(at + 1)) });
} else {
  server.listen(Number(place));
}
