'use strict';
// Sends requests over HTTP/2 continuously, 3 at a time on one session. A session that receives GOAWAY is
// replaced. Prints each failure at once, and the counts for each line of standard input; ends with its
// standard input.
const http2 = require('http2');
const [url] = process.argv.slice(2);
let session;
let asked = 0;
let failed = 0;
let goaways = 0;
let refused = 0;
let running = true;

function current() {
  if (!session || session.closed || session.destroyed || session.gone) {
    const made = http2.connect(url, { rejectUnauthorized: false });
    made.on('goaway', (code) => {
      made.gone = true;
      goaways++;
      if (code !== 0) console.log(`goaway ${code}`);
    });
    made.on('error', (error) => console.log(`session ${error.code}`));
    session = made;
  }
  return session;
}

function ask() {
  if (!running) return;
  const request = current().request({ ':path': `/?wait=${asked % 20}` });
  let text = '';
  asked++;
  request.setEncoding('utf8');
  request.on('data', (data) => { text += data; });
  request.on('error', (error) => {
    if (request.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM) {
      // Not processed, so it may be sent again (RFC 9113, 8.7). Every other failure counts.
      refused++;
      setTimeout(ask, 1);
      return;
    }
    failed++; console.log(`failed ${error.code}`); setTimeout(ask, 10);
  });
  request.on('end', () => {
    if (!text.startsWith('worker')) { failed++; console.log(`answer '${text}'`); }
    setTimeout(ask, 2);
  });
  request.end();
}
ask();
ask();
ask();
process.stdin.on('data', () => console.log(`asked ${asked} failed ${failed} goaways ${goaways} refused ${refused}`));
process.stdin.on('end', () => process.exit());
