'use strict';
// Stands in for the daemon: starts one worker, answers its queries with sockets as Node's own primary does,
// passes lines of standard input on to it, and prints its messages.
const { fork } = require('child_process');
const net = require('net');
const readline = require('readline');

const [preload, app] = process.argv.slice(2);
const worker = fork(app, [], {
  execArgv: ['--require', preload],
  env: { ...process.env, NODE_UNIQUE_ID: '1', JPM_NODE_WORKER: '1' },
});
const handles = [];
worker.on('internalMessage', (message) => {
  if (message.cmd === 'NODE_CLUSTER' && message.act === 'queryServer') {
    const handle = net._createServerHandle(message.address, message.port, message.addressType);
    handles.push(handle);
    worker.send(
      { cmd: 'NODE_CLUSTER', ack: message.seq, errno: 0, key: String(handles.length), data: message.data },
      handle);
  } else if (message.cmd === 'NODE_CLUSTER' && message.act === 'listening') {
    console.log(`listening ${message.port}`);
  } else if (message.cmd === 'NODE_JPM') {
    console.log(JSON.stringify(message));
  }
});
worker.on('message', (message) => console.log(`message ${JSON.stringify(message)}`));
worker.on('exit', (code, signal) => {
  console.log(`exit ${code} ${signal}`);
  process.exit();
});
readline.createInterface({ input: process.stdin })
  .on('line', (line) => {
    if (line.startsWith('SIG')) {
      worker.kill(line);
    } else {
      worker.send(JSON.parse(line));
    }
  })
  .on('close', () => worker.kill('SIGKILL'));
