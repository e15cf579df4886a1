#!/usr/bin/env node
const server = require('node:net').createServer(() => {});
server.listen(0, () => console.log('port ' + server.address().port + ' ready'));
