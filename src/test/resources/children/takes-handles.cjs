#!/usr/bin/env node
// Says what came over its channel, and with what.
process.on('message', (message, handle) => {
  process.send({ got: message.n, handle: handle ? handle.constructor.name : null });
  if (handle && message.close) handle.close();
});
process.send('ready');
