import { createServer } from 'node:http';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread } from 'node:worker_threads';

const file = fileURLToPath(import.meta.url);
if (!isMainThread) {
  console.log(`thread env=${process.env.JPM_NODE_WORKER}`);
} else if (process.argv[2] === 'child') {
  process.on('internalMessage', () => {});
  console.log(`child options=${process.execArgv.length} listen=${createServer().listen.name}`);
  createServer().listen(0, function () {
    console.log(`child listens alone ${this.address().port > 0}`);
    process.disconnect();
    this.close();
  });
} else {
  createServer((_, response) => response.end('module')).listen(0, function () {
    console.log(`port ${this.address().port}`);
    fork(file, ['child'], { execArgv: ['--require', process.env.PRELOAD] });
    new Worker(file);
  });
}
