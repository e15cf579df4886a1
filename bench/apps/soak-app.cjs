// An app of bench/soak in cluster mode. It keeps the records of soak-app.py: other processes in its place, the lines that
// it has written, and how it ends.
'use strict';

const fs = require('node:fs');
const http = require('node:http');

const LEDGER = process.env.SOAK_LEDGER;
const PLACE = `${process.env.SOAK_APP}-${process.env.NODE_APP_INSTANCE ?? '0'}`;

/** Returns state and start time of a process; null if it has ended. */
function look(pid) {
  try {
    const words = fs.readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').pop().split(' ');
    return { state: words[0], begun: Number(words[19]) };
  } catch {
    return null;
  }
}

const begun = look('self').begun;
const me = `${process.pid}-${begun}`;

/** Appends one line to the ledger; a single append is atomic. */
function note(what) {
  const line = { ...what, place: PLACE, pid: process.pid, begun, at: Date.now() / 1000 };
  fs.appendFileSync(`${LEDGER}/book`, `${JSON.stringify(line)}\n`, { mode: 0o600 });
}

function takePlace() {
  const folder = `${LEDGER}/places/${PLACE}`;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(`${folder}/${me}`, '');
  for (const other of fs.readdirSync(folder)) {
    const [pid, since] = other.split('-').map(Number);
    const found = other === me ? null : look(pid);
    if (found !== null && found.begun === since && !'ZX'.includes(found.state)) {
      note({ what: 'duplicate', part: 'main', holder: other });
    }
  }
}

function end(code) {
  note({ what: 'exit', code });
  process.exit(code);
}

/** Writes all of `text`. Retries while the pipe is full: no line may be lost or split. */
function write(text) {
  let left = Buffer.from(text);
  while (left.length > 0) {
    try {
      left = left.subarray(fs.writeSync(1, left));
    } catch (error) {
      if (error.code !== 'EAGAIN') {
        throw error;
      }
    }
  }
}

takePlace();
for (const name of ['SIGINT', 'SIGTERM']) {
  process.on(name, () => end(0));
}
process.on('SIGUSR1', () => {});
process.on('uncaughtException', (error) => {
  fs.writeSync(2, `${error.stack}\n`);
  end(98);
});
note({ what: 'start', id: process.env.pm_id });

const counter = fs.openSync(`${LEDGER}/lines/${me}`, 'w', 0o600);
const number = Buffer.alloc(8);
let lines = 0;
setInterval(() => {
  lines += 1;
  write(`${me} ${lines}\n`);
  number.writeBigInt64LE(BigInt(lines));
  fs.writeSync(counter, number, 0, 8, 0);
}, 20);

http.createServer((_, answer) => answer.end('ok')).listen(Number(process.env.SOAK_PORT), '127.0.0.1');
