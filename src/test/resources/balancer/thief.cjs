// Claims to listen where another app does, to each daemon that asks where it listens.
'use strict';
const net = require('net');
const [port] = process.argv.slice(2);

function claim() {
  process.send({
    cmd: 'NODE_JPM',
    act: 'servers',
    servers: [{ address: '::', port: Number(port), key: `node thief :::${port}:4` }],
    paths: [],
    unanswered: [],
  });
  // Requests are answered in order, so the claim has been received by then.
  net.createServer().listen(0, '127.0.0.1', () => console.log('claimed'));
}

process.prependListener('internalMessage', (message) => {
  if (message && message.cmd === 'NODE_JPM' && message.act === 'servers') {
    claim();
    message.act = 'nothing';
  }
});
net.createServer().listen(0, '127.0.0.1', claim);
