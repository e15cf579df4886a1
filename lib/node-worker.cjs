'use strict';

// jpm loads this file into each process of a Node app (`node --require`). In cluster mode, Node's own
// cluster protocol shares the port. This file adds the parts that Node lacks:
//
// - A unix socket whose path is too long to be shared is opened by the process itself.
// - On `{"cmd":"NODE_JPM","act":"drain"}` over the IPC channel the process accepts no more
//   connections, finishes the existing ones, and reports `{"cmd":"NODE_JPM","act":"drained"}` when
//   none is left.
// - On `{"cmd":"NODE_JPM","act":"servers"}` it reports the addresses on which it listens and its
//   requests without a reply. A new daemon needs them: its predecessor may have read a request and
//   died, and Node would wait for the reply forever.
// - `{"cmd":"NODE_JPM","act":"accept","key":…}` carries a listening socket. The server that was
//   granted this key without a socket, as in round robin, accepts connections from it until
//   `"act":"pause"`. So a process that is not ready receives the connections of its probes, but none
//   of clients.
//
// `{"type":"jpm:reads-messages","data":{"now":true}}` reports that the app has a listener for messages.
// `jpm gracefulReload` sends the message 'shutdown' only to such an app.
//
// In fork mode (`JPM_NODE_WORKER=alone`) the app is an ordinary process that opens its ports itself.
// For a reload it drains as above. In addition:
//
// - `{"cmd":"NODE_JPM","act":"listening",…}` reports that a server of the process listens.
// - `JPM_NODE_SOCKETS` lists the sockets that it inherits from the process that it replaces, as
//   `[{"fd":5,"inode":"123","address":"::","port":3000}]`. A server that listens on such an address
//   uses the inherited socket.
// - `{"cmd":"NODE_JPM","act":"settled"}` closes the inherited sockets that no server uses: no other
//   process has them open any more.
// - A server whose socket is `"held":true` does not accept from it before
//   `{"cmd":"NODE_JPM","act":"accept"}`. Until then it accepts from a private port on the loopback
//   address, for the probes that decide whether the process is ready. `"act":"reached"` reports this
//   port.
//
// If another program starts Node, such as npm or a shell (`JPM_NODE_WORKER=launcher`), NODE_OPTIONS
// loads the file into each Node process of the tree. The first one has the IPC channel and is the
// relay: the Node processes below it (`JPM_NODE_RELAY`) report through it that they listen or read
// messages, and receive through it the request to drain and the message 'shutdown'. There the
// inherited sockets have high numbers, because Node marks all descriptors up to 15, and further ones up
// to the first free number, close-on-exec.
//
// Messages whose cmd begins with NODE_ never reach process.on('message'). Requires Node 18 or later.

const { isMainThread } = require('worker_threads');

// Only the process that jpm started has the variable. Its child processes do not have it, although
// they may inherit the option that loads this file.
const role = isMainThread && process.connected === true ? process.env.JPM_NODE_WORKER : undefined;
const isLauncher = role === 'launcher';
const relay = isMainThread && role === undefined ? process.env.JPM_NODE_RELAY : undefined;
const isBelow = relay !== undefined;
const isAlone = role === 'alone' || isLauncher || isBelow;
const isWorker = role === '1' || isAlone;
const inheritance = process.env.JPM_NODE_SOCKETS;
delete process.env.JPM_NODE_WORKER;
if (!isLauncher && !isBelow) {
  delete process.env.JPM_NODE_SOCKETS;
  if (isMainThread) {
    delete process.env.JPM_NODE_RELAY;
  }
}

if (isBelow) {
  try {
    beginBelow();
  } catch {
    // The app runs without this code; a reload then restarts it, with a gap.
  }
} else if (isWorker) {
  if (!isLauncher) {
    forgetOption();
  }
  begin(process.send.bind(process), (handler) => process.on('internalMessage', handler));
}

// Runs in a Node process below the first one. Each message is a line of JSON. The connection to the
// relay is opened with the first message.
function beginBelow() {
  const net = require('net');
  const connect = net.connect;
  let handler = () => {};
  let socket = null;
  const write = (message) => {
    const [name, token] = relay.split(':');
    if (socket === null) {
      socket = connect({ path: `\0${name}` });
      socket.on('error', () => {});
      onLines(socket, (line) => handler(line));
      socket.unref();
      socket.write(`${token}\n`);
    }
    socket.write(`${JSON.stringify(message)}\n`);
  };
  if (process.env.NODE_UNIQUE_ID !== undefined) {
    // A worker of node:cluster listens with a socket of the process that started it.
    const listen = net.Server.prototype.listen;
    net.Server.prototype.listen = function (...args) {
      this.prependOnceListener('listening', () => write({ cmd: 'NODE_JPM', act: 'listening', workers: 1 }));
      return Reflect.apply(listen, this, args);
    };
    return;
  }
  begin(write, (told) => { handler = told; });
}

// Passes each line that arrives on a socket to `consumer`, parsed as JSON if possible.
function onLines(socket, consumer) {
  let rest = '';
  socket.setEncoding('utf8').on('data', (data) => {
    const lines = (rest + data).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      let message = line;
      try {
        message = JSON.parse(line);
      } catch {
        // The token, which is the first line of each connection.
      }
      consumer(message);
    }
  });
}

// Opens the relay for the Node processes below this one. Each of them authenticates with the token.
function openRelay(say) {
  const net = require('net');
  const word = () => require('crypto').randomBytes(16).toString('hex');
  const [name, token] = [`jpm-${word()}`, word()];
  const below = new Map(); // the state of each process, by its connection
  const server = net.createServer((socket) => {
    let trusted = false;
    socket.unref();
    socket.on('error', () => {});
    socket.on('close', () => {
      below.delete(socket);
      say(null);
    });
    onLines(socket, (message) => {
      if (!trusted) {
        trusted = message === token;
        if (trusted) {
          below.set(socket, { drained: false, reads: false });
          say(null);
        } else {
          socket.destroy();
        }
      } else if (message !== null && message.act === 'drained') {
        below.get(socket).drained = true;
        say(null);
      } else if (message !== null && message.act === 'reads') {
        below.get(socket).reads = message.now;
        say(null);
      } else {
        say(message);
      }
    });
  });
  server.on('error', () => {});
  server.listen({ path: `\0${name}`, exclusive: true });
  server.unref();
  process.env.JPM_NODE_RELAY = `${name}:${token}`;
  return {
    tell(message) {
      below.forEach((_, socket) => socket.write(`${JSON.stringify(message)}\n`));
    },
    drained() {
      return [...below.values()].every((process) => process.drained);
    },
    // Whether all known processes read messages: a process that does not must receive a signal.
    read() {
      return below.size > 0 && [...below.values()].every((process) => process.reads);
    },
  };
}

// Removes the option that loads this file from execArgv and NODE_OPTIONS, which child processes
// inherit. They do not need it.
function forgetOption() {
  if (process.env.NODE_OPTIONS !== undefined) {
    const option = `--require ${JSON.stringify(__filename)}`;
    process.env.NODE_OPTIONS = process.env.NODE_OPTIONS.replace(option, '').trim();
    if (process.env.NODE_OPTIONS === '') {
      delete process.env.NODE_OPTIONS;
    }
  }
  const at = process.execArgv.indexOf(__filename);
  if (at > 0 && process.execArgv[at - 1] === '--require') {
    process.execArgv.splice(at - 1, 2);
  }
}

function begin(send, receive) {
  const net = require('net');
  const path = require('path');
  const channels = require('diagnostics_channel');

  // While draining, an HTTP/1 connection is closed when it has been idle for this long. HTTP/1 cannot
  // close a connection without the risk that the client's next request is in transit. The risk is the
  // time of a packet in relation to the time between two requests. A client that sends requests more
  // often than this is not affected: it receives `Connection: close` with a response instead. Not a
  // round number, because health checks often repeat after whole seconds.
  const IDLE_MS = 1500;
  const SWEEP_MS = 100;
  // The signals that ask an app to end. A daemon that has died does not send one.
  const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
  const STOP_MS = 10000;
  const REPORT_MS = 200;
  const MOST_PATH_BYTES = 107;

  // Node's default, for an app that sets none.
  const BACKLOG = 511;

  const RECORD = Symbol('jpm.connection');
  const known = new WeakSet();
  const servers = new Set();
  const sessions = new Set();
  const leaving = new WeakSet();
  const records = new Set();
  const unanswered = new Map();
  const asked = new Map();
  const shares = new Map();
  const keys = new WeakMap(); // by handle
  let asking = null;
  let connections = 0;
  let draining = false;
  let told = false;
  let reads = false;
  let reporting = false;
  let passing = false;

  // The servers that do not accept clients yet, by handle; empty after `accept`.
  const held = new Map();
  let holding = true;

  const inherited = isAlone ? inheritedSockets() : [];
  const others = isLauncher ? openRelay(fromBelow) : { tell() {}, drained: () => true, read: () => false };

  const originalListen = net.Server.prototype.listen;
  net.Server.prototype.listen = function listen(...args) {
    know(this);
    if (inherited.length > 0) {
      return listenThere(this, args);
    }
    return Reflect.apply(originalListen, this, isAlone ? args : ownPath(args));
  };

  // Referenced for the life of the process: a channel without references is collected together with
  // its subscribers.
  const started = channels.channel('http.server.request.start');
  const finished = channels.channel('http.server.response.finish');
  started.subscribe(requestStarted);
  finished.subscribe(responseFinished);

  // All messages are sent through this function, including the requests of Node's cluster module.
  const originalSend = process._send;
  if (!isAlone) process._send = function _send(message, ...rest) {
    if (message !== null && typeof message === 'object' && message.cmd === 'NODE_CLUSTER'
        && (message.act === 'queryServer' || message.act === 'exitedAfterDisconnect')) {
      unanswered.set(message.seq, withUmask(message));
      if (asking !== null && message.act === 'queryServer') {
        asking.backlog = message.backlog > 0 ? message.backlog : BACKLOG;
        asked.set(message.seq, asking);
      }
      return Reflect.apply(originalSend, this, [withUmask(message), ...rest]);
    }
    return Reflect.apply(originalSend, this, [message, ...rest]);
  };

  // Requests the socket of a server from the daemon; the reply contains the key.
  const cluster = require('cluster');
  const originalGetServer = cluster._getServer;
  cluster._getServer = function _getServer(server, options, done) {
    const share = { key: null, handle: null, socket: null, backlog: BACKLOG };
    asking = share;
    try {
      return Reflect.apply(originalGetServer, this, [server, options, (error, handle, ...rest) => {
        share.handle = handle || null;
        remember(share);
        return done(error, handle, ...rest);
      }]);
    } finally {
      asking = null;
    }
  };

  // A process below the relay that has an IPC channel of its own belongs to the app's own cluster.
  const isApp = !isBelow || process.connected !== true;
  // node:cluster has a listener in each worker, which passes messages on to cluster.worker.
  const ownListeners = process.listenerCount('message');
  if (isApp) watchMessageListeners();

  receive((message, handle) => {
    if (message === null || typeof message !== 'object') {
      return;
    }
    if (message.cmd === 'NODE_CLUSTER') {
      granted(message);
      return;
    }
    if (message.cmd !== 'NODE_JPM') {
      return;
    }
    if (isApp && isBelow && message.act === 'shutdown') {
      process.emit('message', 'shutdown');
    }
    if (message.act === 'drain' || message.act === 'settled'
        || (isAlone && (message.act === 'accept' || message.act === 'servers'))) {
      others.tell(message);
    }
    if (message.act === 'drain') {
      drain();
    } else if (isAlone && message.act === 'accept') {
      release();
    } else if (isAlone && message.act === 'servers') {
      tellReached();
    } else if (message.act === 'accept') {
      accept(message.key, handle);
    } else if (message.act === 'pause') {
      pause(shares.get(message.key));
    } else if (message.act === 'settled') {
      closeUnused();
      // A daemon that was started after the first report does not know it.
      if (servers.size > 0) {
        tellListening();
      }
    } else if (message.act === 'servers') {
      tell({ act: 'servers', servers: addresses(), paths: paths(), unanswered: [...unanswered.values()] });
    }
  });

  // With a callback, a closed channel does not cause an error event.
  function tell(message) {
    try {
      send({ cmd: 'NODE_JPM', ...message }, undefined, { swallowErrors: true }, () => {});
    } catch {
      // The app has closed its IPC channel.
    }
  }

  // ---- Messages to the app

  function tellReads(now) {
    if (isBelow) {
      tell({ act: 'reads', now });
    } else {
      try {
        send({ type: 'jpm:reads-messages', data: { now } }, undefined, { swallowErrors: true }, () => {});
      } catch {
        // The app has closed its IPC channel.
      }
    }
  }

  function readsMessages() {
    return process.listenerCount('message') > ownListeners || (cluster.worker?.listenerCount('message') ?? 0) > 0;
  }

  // Reports at most a few times per second, however often an app adds and removes a listener.
  function listenersChanged() {
    if (reporting) {
      return;
    }
    reporting = true;
    process.nextTick(reportReads);
    setTimeout(() => {
      reporting = false;
      reportReads();
    }, REPORT_MS).unref();
  }

  function reportReads() {
    if (readsMessages() !== reads) {
      reads = !reads;
      tellReads(reads);
    }
  }

  function watchMessageListeners() {
    for (const emitter of cluster.worker === undefined ? [process] : [process, cluster.worker]) {
      for (const change of ['newListener', 'removeListener']) {
        emitter.on(change, (event) => event === 'message' && listenersChanged());
      }
    }
    if (isLauncher) {
      tellReads(false); // of an earlier process that had the channel, such as a build step
    }
  }

  // In the relay, whose own program, such as npm, does not read messages.
  function passToBelow(message) {
    if (message === 'shutdown') {
      others.tell({ cmd: 'NODE_JPM', act: 'shutdown' });
    }
  }

  function updatePassing() {
    if (others.read() === passing) {
      return;
    }
    passing = !passing;
    if (passing) {
      process.on('message', passToBelow);
      // The listener does not keep the program running.
      process.channel?.unref();
    } else {
      process.removeListener('message', passToBelow);
    }
  }

  // ---- Listening sockets

  // The daemon creates the file of a unix socket. With the umask it can create the file with the same
  // mode as this process would.
  function withUmask(message) {
    return message.act === 'queryServer' && message.port === -1
      ? { ...message, umask: process.umask() }
      : message;
  }

  // Handles listen(path, …) and listen({ path }, …); if a port is given too, Node uses the port. A
  // relative path is shared by its absolute form, which may be longer than the system allows. In this
  // case the process listens by itself, with the path as it is written.
  function ownPath(args) {
    const first = args[0];
    if (typeof first === 'string' && !(Number(first) >= 0)) {
      return isLong(first) ? [{ path: first, exclusive: true }, ...args.slice(1)] : args;
    }
    if (first !== null && typeof first === 'object' && typeof first.path === 'string'
        && !('port' in first) && !('fd' in first) && first._handle === undefined
        && isLong(first.path)) {
      return [{ ...first, exclusive: true }, ...args.slice(1)];
    }
    return args;
  }

  function isLong(name) {
    return Buffer.byteLength(name.startsWith('\0') ? name : path.resolve(name)) > MOST_PATH_BYTES;
  }

  // ---- Inherited sockets

  // Verifies the content of the variable: the program that starts this one may have passed other
  // descriptors.
  function inheritedSockets() {
    try {
      const fs = require('fs');
      return JSON.parse(inheritance || '[]').filter(
        ({ fd, inode }) => fs.readlinkSync(`/proc/self/fd/${fd}`) === `socket:[${inode}]`);
    } catch {
      return [];
    }
  }

  // Handles listen(port, host, …) and listen({ port, host }, …): uses the inherited socket if there is
  // one. A host name must be resolved first; without this code, too, Node listens only after that.
  function listenThere(server, args) {
    const wanted = place(args);
    if (wanted === null || !inherited.some((socket) => socket.port === wanted.port)) {
      return Reflect.apply(originalListen, server, args);
    }
    if (wanted.host === undefined || net.isIP(wanted.host) !== 0) {
      return Reflect.apply(originalListen, server, instead(server, args, wanted.host));
    }
    require('dns').lookup(wanted.host, (error, address) => {
      try {
        Reflect.apply(originalListen, server, error ? args : instead(server, args, address));
      } catch (failure) {
        server.emit('error', failure);
      }
    });
    return server;
  }

  // Returns null if no port is given, or if the socket is given in another way.
  function place(args) {
    const first = args[0];
    const { port, host } = first !== null && typeof first === 'object'
      ? first
      : { port: first, host: typeof args[1] === 'string' ? args[1] : undefined };
    const other = first !== null && typeof first === 'object'
      && (typeof first.fd === 'number' || first.handle !== undefined || first._handle !== undefined
        || first.reusePort === true);
    const number = typeof port === 'number' || (typeof port === 'string' && port.trim() !== '')
      ? Number(port)
      : 0;
    return other || !(number > 0) ? null : { port: number, host: host || undefined };
  }

  // Returns the arguments with the inherited socket instead of port and host; unchanged if there is none.
  function instead(server, args, host) {
    const { port } = place(args);
    const at = inherited.findIndex((socket) => socket.port === port && isSame(socket.address, host));
    if (at < 0) {
      return args;
    }
    const [socket] = inherited.splice(at, 1);
    const handle = socket.held === true && holding ? hold(socket) : null;
    const options = handle === null ? { fd: socket.fd } : { handle };
    if (args[0] !== null && typeof args[0] === 'object' && args[0].signal !== undefined) {
      options.signal = args[0].signal;
      if (handle !== null) {
        // Node ignores the signal if it is given a handle.
        options.signal.addEventListener('abort', () => server.close(), { once: true });
      }
    }
    const callback = args[args.length - 1];
    return typeof callback === 'function' ? [options, callback] : [options];
  }

  // Returns the handle of a server on an inherited socket from which it does not accept yet. A
  // connection to its private port (`entrance`) reaches the server like a connection to the socket.
  function hold({ fd, address, port }) {
    const handle = net._createServerHandle(null, null, null, fd);
    const entrance = net._createServerHandle('127.0.0.1', 0, 4);
    if (typeof handle === 'number' || typeof entrance === 'number') {
      throw new Error(`jpm: no private port for port ${port} (${handle}, ${entrance})`);
    }
    const { listen, close, ref, unref } = handle;
    const entry = { entrance, address, port, own: {}, open: () => 0 };
    handle.listen = (backlog) => {
      entry.open = () => Reflect.apply(listen, handle, [backlog]);
      entrance.onconnection = (...args) => handle.onconnection(...args);
      const errno = entrance.listen(backlog);
      if (errno === 0) {
        entrance.getsockname(entry.own);
        held.set(handle, entry);
        tellReached();
      }
      return errno;
    };
    handle.close = (...args) => {
      letGo(handle);
      return Reflect.apply(close, handle, args);
    };
    handle.ref = () => {
      entrance.ref();
      return Reflect.apply(ref, handle, []);
    };
    handle.unref = () => {
      entrance.unref();
      return Reflect.apply(unref, handle, []);
    };
    return handle;
  }

  // Closes the private port and restores the handle's own functions.
  function letGo(handle) {
    const entry = held.get(handle);
    if (entry !== undefined) {
      held.delete(handle);
      entry.entrance.close();
      for (const name of ['listen', 'close', 'ref', 'unref']) {
        delete handle[name];
      }
    }
    return entry;
  }

  // Lets all servers accept clients.
  function release() {
    holding = false;
    for (const handle of [...held.keys()]) {
      const { port, open } = letGo(handle);
      const errno = open();
      if (errno) {
        process.emitWarning(`jpm: port ${port} cannot be listened on (${errno})`);
      }
    }
  }

  // Reports the private ports, which probes use.
  function tellReached() {
    if (held.size > 0) {
      tell({
        act: 'reached',
        pid: process.pid,
        servers: [...held.values()].map(({ address, port, own }) => (
          { host: address, port, ownHost: own.address, ownPort: own.port })),
      });
    }
  }

  function isSame(address, host) {
    const everywhere = address === '::' || address === '0.0.0.0';
    if (host === undefined) {
      return everywhere;
    }
    return plain(address) === plain(host);
  }

  // Normalizes an address: IPv6 has several spellings of one address.
  function plain(address) {
    return net.isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname : address;
  }

  function closeUnused() {
    const fs = require('fs');
    inherited.splice(0).forEach(({ fd }) => fs.close(fd, () => {}));
  }

  // The number of workers that the app itself has started with Node's cluster module.
  function ownWorkers() {
    return Object.keys(require('cluster').workers || {}).length;
  }

  // With the inodes of the sockets the daemon knows which processes have to drain.
  function tellListening() {
    tell({
      act: 'listening',
      workers: ownWorkers(),
      pid: process.pid,
      below: isBelow,
      sockets: [...servers].map(inodeOf).filter((inode) => inode !== null),
    });
  }

  function inodeOf(server) {
    try {
      const link = require('fs').readlinkSync(`/proc/self/fd/${server._handle.fd}`);
      return link.replace(/^socket:\[(\d+)\]$/, '$1');
    } catch {
      return null;
    }
  }

  // Handles a message of a process below; null if one of them has drained or ended.
  function fromBelow(message) {
    if (message === null) {
      updatePassing();
      finishIfEmpty();
    } else {
      tell(message);
    }
  }

  function know(server) {
    if (known.has(server)) {
      return;
    }
    known.add(server);
    server.prependListener('listening', () => {
      servers.add(server);
      if (isAlone) {
        tellListening();
      }
      if (draining) {
        retire(server);
      }
    });
    server.prependListener('close', () => servers.delete(server));
    server.prependListener('connection', (socket) => connected(socket, server));
    server.prependListener('secureConnection', (socket) => record(socket, server, false));
    if (isHttp2(server)) {
      server.prependListener('session', sessionBegun);
    }
  }

  // Compares names, so that apps without HTTP/2 do not load the module.
  function isHttp2(server) {
    return /^Http2(Secure)?Server$/.test(server.constructor.name);
  }

  function speaksHttp(server) {
    return server instanceof require('http').Server
        || server instanceof require('https').Server
        || isHttp2(server);
  }

  function addresses() {
    return [...servers]
      .filter((server) => server[RECORD] !== 'retired')
      .map((server) => ({ ...placeOf(server), key: keys.get(server._handle) }))
      .filter(({ address }) => address !== undefined);
  }

  function placeOf(server) {
    const at = server.address();
    return at !== null && typeof at === 'object' ? { address: at.address, port: at.port } : {};
  }

  // Returns the paths of unix sockets.
  function paths() {
    return [...servers]
      .filter((server) => server[RECORD] !== 'retired')
      .map((server) => server.address())
      .filter((name) => typeof name === 'string')
      .map((name) => (name.startsWith('\0') ? name : path.resolve(name)));
  }

  function granted(message) {
    unanswered.delete(message.ack);
    const share = asked.get(message.ack);
    if (share !== undefined) {
      asked.delete(message.ack);
      share.key = message.key;
      remember(share);
    }
  }

  // Records the key of a server. A handle that is the socket itself accepts already; other handles are
  // objects of the cluster module.
  function remember(share) {
    const { key, handle } = share;
    if (key === null || handle === null) {
      return;
    }
    keys.set(handle, key);
    if (!Object.hasOwn(handle, 'listen')) {
      return;
    }
    shares.set(key, share);
    const close = handle.close;
    handle.close = function (...args) {
      pause(share);
      if (shares.get(key) === share) {
        shares.delete(key);
      }
      return Reflect.apply(close, this, args);
    };
  }

  // Accepts connections from `socket`. The server keeps its original handle, which also keeps the
  // process alive.
  function accept(key, socket) {
    const share = shares.get(key);
    if (!socket) {
      return;
    }
    if (share === undefined || share.socket !== null) {
      socket.close();
      return;
    }
    share.socket = socket;
    socket.onconnection = (status, client) => share.handle.onconnection(status, client);
    socket.unref();
    const errno = socket.listen(share.backlog);
    if (errno) {
      pause(share);
      process.emitWarning(`the socket of ${key} cannot be listened on (${errno})`);
    }
  }

  function pause(share) {
    if (share !== undefined && share.socket !== null) {
      share.socket.close();
      share.socket = null;
    }
  }

  // Closes the listening handle and replaces it, so that the server seems unchanged: an app that closes
  // the server when it is asked to end notices no difference. http.Server.close() would also close
  // connections that seem idle while a request is in transit. A unix socket that is not shared (its
  // handle has no close() of the cluster module) is not closed: that would remove the file, which may
  // belong to the next process by now.
  function retire(server) {
    const handle = server._handle;
    const name = server.address();
    if (!handle || server[RECORD] === 'retired' || name === null
        || (typeof name !== 'object' && !Object.hasOwn(handle, 'close'))) {
      return;
    }
    server[RECORD] = 'retired';
    handle.close();
    server._handle = {
      close(done) {
        server[RECORD] = undefined;
        if (typeof done === 'function') {
          setImmediate(done);
        }
      },
      ref() {},
      unref() {},
      hasRef() {
        return false;
      },
    };
    if (typeof name === 'object') {
      server._handle.getsockname = (out) => {
        Object.assign(out, name);
        return 0;
      };
    }
  }

  // ---- Connections

  function connected(socket, server) {
    if (socket[RECORD] === undefined) {
      connections++;
      record(socket, server, true);
    }
  }

  // mark: the number of bytes read when the last request had ended. More bytes than this belong to an
  // incoming request or to an upgraded connection.
  function record(socket, server, counted) {
    const entry = {
      socket,
      server,
      mark: socket.bytesRead || 0,
      waiting: 0,
      request: null,
      response: null,
      kept: false,
      http: false,
      since: draining ? performance.now() : 0,
    };
    socket[RECORD] = entry;
    records.add(entry);
    socket.once('close', () => {
      records.delete(entry);
      if (counted) {
        connections--;
        finishIfEmpty();
      }
    });
    return entry;
  }

  function requestStarted({ request, response, socket, server }) {
    // A server that receives its connections from the app (`emit`) does not listen.
    const entry = socket[RECORD] || record(socket, server, false);
    entry.http = true;
    if (draining && entry.response !== null && !entry.response.headersSent) {
      entry.response.shouldKeepAlive = entry.kept; // another request has arrived after it
    }
    entry.waiting++;
    entry.request = request;
    entry.response = response;
    if (draining) {
      closeAfter(entry);
    }
  }

  function responseFinished({ request, response, socket }) {
    const entry = socket[RECORD];
    if (entry === undefined) {
      return;
    }
    entry.waiting--;
    entry.mark = socket.bytesRead || 0;
    if (entry.response === response) {
      entry.response = null;
      if (request.complete) {
        entry.request = null;
      }
    }
    if (draining) {
      entry.since = performance.now();
    }
  }

  // Adds `Connection: close` to the last response, but not while its request is still arriving: a
  // connection that is closed with unread bytes is reset, and the client may lose the response.
  function closeAfter(entry) {
    const { request, response } = entry;
    const apply = () => {
      if (entry.response === response && !response.headersSent) {
        entry.kept = response.shouldKeepAlive;
        response.shouldKeepAlive = false;
      }
    };
    if (request.complete || !hasBody(request)) {
      apply();
    } else {
      request.prependOnceListener('end', apply); // before a listener of the app sends the response
    }
  }

  function hasBody({ headers }) {
    const length = headers['content-length'];
    return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
  }

  function sessionBegun(session) {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
    if (draining) {
      // The client had no opportunity for a request yet.
      const timer = setTimeout(leave, IDLE_MS, session).unref();
      session.once('stream', () => {
        clearTimeout(timer);
        leave(session);
      });
    }
  }

  // RFC 9113, 6.8: sends a first GOAWAY, which rejects no stream, and closes the session when all
  // requests that the client had sent before must have arrived. If the client answers with a GOAWAY,
  // as Node's client does, Node closes the session immediately. A request that the client sends at
  // that moment may be rejected with REFUSED_STREAM, which means that it was not begun and can be sent
  // again. A delayed close does not help: such a request is then only rejected later.
  function leave(session) {
    if (session.closed || session.destroyed || leaving.has(session)) {
      return;
    }
    leaving.add(session);
    session.goaway(0, 2 ** 31 - 1);
    setTimeout(() => {
      if (!session.closed && !session.destroyed) {
        session.close();
      }
    }, IDLE_MS).unref();
  }

  // ---- Draining

  function drain() {
    if (draining) {
      // A new daemon repeats the request, because it does not know what its predecessor was told.
      told = false;
      finishIfEmpty();
      return;
    }
    draining = true;
    servers.forEach(retire);
    sessions.forEach(leave);
    const now = performance.now();
    for (const entry of records) {
      entry.since = now;
      if (entry.response !== null) {
        closeAfter(entry);
      }
    }
    setInterval(sweep, SWEEP_MS).unref();
    finishIfEmpty();
  }

  function sweep() {
    const now = performance.now();
    for (const entry of records) {
      if (entry.waiting === 0 && entry.request !== null && entry.request.complete) {
        // The rest of a request whose response was sent before the request was complete.
        entry.request = null;
        entry.mark = entry.socket.bytesRead || 0;
        entry.since = now;
      }
      if (isIdle(entry, now)) {
        // Waits for the next reads, which process all bytes that have arrived until now.
        setImmediate(() => setImmediate(closeIfIdle, entry, now));
      }
    }
  }

  function closeIfIdle(entry, now) {
    if (isIdle(entry, now)) {
      entry.socket.destroySoon();
    }
  }

  function isIdle(entry, now) {
    return now - entry.since >= IDLE_MS
        && entry.waiting === 0
        && entry.request === null
        && (entry.http || speaksHttp(entry.server))
        && entry.socket.alpnProtocol !== 'h2'
        && (entry.socket.bytesRead || 0) === entry.mark
        && entry.socket.writableLength === 0;
  }

  function finishIfEmpty() {
    if (draining && connections === 0 && others.drained() && !told) {
      told = true;
      if (isAlone) awaitStop();
      tell({ act: 'drained' });
    }
  }

  // Keeps the process alive until the stop signal or the message 'shutdown' arrives, if the app has a
  // handler for it: without open handles, Node would end before.
  function awaitStop() {
    const handled = END_SIGNALS.filter((signal) => process.listenerCount(signal) > 0);
    const listens = isApp && readsMessages();
    if (handled.length > 0 || listens) {
      const hold = setTimeout(() => {}, STOP_MS);
      const onMessage = (message) => message === 'shutdown' && end();
      const end = () => {
        clearTimeout(hold);
        process.removeListener('message', onMessage); // otherwise, it would keep the process alive
      };
      handled.forEach((signal) => process.once(signal, end));
      if (listens) {
        process.on('message', onMessage);
      }
    }
  }
}
