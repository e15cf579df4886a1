#!/usr/bin/env node
// Does what messages request, and prints errors that would be fatal.
process.on('uncaughtException', (error) => console.log('uncaught ' + error.code));
process.on('disconnect', () => console.log('disconnect'));
process.on('SIGUSR2', () => process.send({ connected: process.connected }, () => console.log('sent')));
let count = 0;
process.on('message', (message) => {
  count++;
  if (message.say !== undefined) {
    process.send(message.say);
  } else if (message.sayLong) {
    process.send('\u00e4'.repeat(message.sayLong));
  } else if (message.print) {
    console.log(message.print);
  } else if (message.count) {
    process.send({ count });
  } else if (message.exit !== undefined) {
    process.send('bye');
    process.exitCode = message.exit;
    process.disconnect();
  }
});
process.send('ready', () => console.log('ready'));
