#!/usr/bin/env node
// Reports each message from its IPC channel, and the handle that came with it.
process.on('message', (message, handle) => {
  process.send({ got: message.n, handle: handle ? handle.constructor.name : null });
  if (handle && message.close) handle.close();
});
process.send('ready');
