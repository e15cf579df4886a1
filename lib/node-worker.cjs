'use strict';

// jpm loads this file into each process of a Node app (`node --require`). Sharing the port in cluster
// mode needs no help, Node's own cluster protocol does that. What Node lacks is done here:
//
// - A unix path that is too long to be shared is the process's own.
// - `{"cmd":"NODE_JPM","act":"drain"}` over the channel has the process take no more connections,
//   finish those that it has and say `{"cmd":"NODE_JPM","act":"drained"}` when none is left.
// - `{"cmd":"NODE_JPM","act":"servers"}` is answered with where the process listens and with what it
//   has asked and had no answer to, for a daemon that did not live then: the former one may have
//   read a question and ended. Node waits for the answer for ever.
// - `{"cmd":"NODE_JPM","act":"accept","key":…}` brings a listening socket: the server that was
//   granted this key without one, as in round robin, accepts from it, until `"act":"pause"`. So a
//   process that is not ready gets no connections of clients, and those of its checks all the same.
//
// In fork mode (`JPM_NODE_WORKER=alone`) the app is a process like any other, which opens its ports
// itself. For its reload it drains as above, and besides
//
// - `{"cmd":"NODE_JPM","act":"listening",…}` says that a server of its listens.
// - `JPM_NODE_SOCKETS` has the sockets that it inherits from the process whose place it takes, as
//   `[{"fd":5,"inode":"123","address":"::","port":3000}]`. A server that listens there gets that one.
// - `{"cmd":"NODE_JPM","act":"settled"}` closes those that no server has asked for: nobody else has
//   them any more.
// - A server whose socket is `"held":true` accepts from it when `{"cmd":"NODE_JPM","act":"accept"}`
//   has come, and until then from a port of its own on the loopback address, for the checks that
//   tell whether the process is ready. `"act":"reached"` says which port that is.
//
// Where something else starts Node, such as npm or a shell (`JPM_NODE_WORKER=launcher`), the file is
// loaded by NODE_OPTIONS into each process of Node in the tree. The first has the channel, and is the
// relay: those below it (`JPM_NODE_RELAY`) say through it that they listen, and hear from it that
// they are to drain. What is inherited has high numbers there: Node marks close-on-exec all
// descriptors up to 15 and on to the first number that is free, and no others.
//
// Messages whose cmd begins with NODE_ never get to process.on('message'). Node 18 or later.

const { isMainThread } = require('worker_threads');

// Only the process that jpm made has the variable; what that starts itself has it not, though it
// may inherit the option that loads this file.
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
    // The app goes on without us: it is restarted with a gap then.
  }
} else if (isWorker) {
  if (!isLauncher) {
    forgetOption();
  }
  begin(process.send.bind(process), (handler) => process.on('internalMessage', handler));
}

// Below the first process of Node: a line of JSON is a message. The relay is sought when there is
// something to say.
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
    // A worker of node:cluster listens by what the process has that made it.
    const listen = net.Server.prototype.listen;
    net.Server.prototype.listen = function (...args) {
      this.prependOnceListener('listening', () => write({ cmd: 'NODE_JPM', act: 'listening', workers: 1 }));
      return Reflect.apply(listen, this, args);
    };
    return;
  }
  begin(write, (told) => { handler = told; });
}

// Has each line that comes over a socket read as a message.
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
        // The word that a process below begins with.
      }
      consumer(message);
    }
  });
}

// What the processes below say and hear.
function openRelay(say) {
  const net = require('net');
  const word = () => require('crypto').randomBytes(16).toString('hex');
  const [name, token] = [`jpm-${word()}`, word()];
  const below = new Map();
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
          below.set(socket, false);
        } else {
          socket.destroy();
        }
      } else if (message !== null && message.act === 'drained') {
        below.set(socket, true);
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
      return [...below.values()].every((done) => done);
    },
  };
}

// Processes that this one starts are given the options in execArgv and NODE_OPTIONS: they have no
// use for this one.
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

  // An HTTP/1 connection on which nothing is under way and no byte has come for this long while
  // draining is closed. HTTP/1 has no way to close one without the risk that the client's next
  // request is on its way: the risk is the time a packet takes against the time between two
  // requests, so whoever asks more often than this is answered with `Connection: close` instead,
  // and is at no risk. Not a round number, as health checks come back after whole seconds.
  const IDLE_MS = 1500;
  const SWEEP_MS = 100;
  // By these an app is asked to end. A daemon that died does not send one.
  const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
  const SIGNAL_MS = 10000;
  const MOST_PATH_BYTES = 107;

  // Node's own, where the app names none.
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

  // The servers whose sockets wait for word that clients may come; empty once that has come.
  const held = new Map();
  let holding = true;

  const inherited = isAlone ? inheritedSockets() : [];
  const others = isLauncher ? openRelay(fromBelow) : { tell() {}, drained: () => true };

  const originalListen = net.Server.prototype.listen;
  net.Server.prototype.listen = function listen(...args) {
    know(this);
    if (inherited.length > 0) {
      return listenThere(this, args);
    }
    return Reflect.apply(originalListen, this, isAlone ? args : ownPath(args));
  };

  // Held for as long as the process lives: a channel that nobody holds is forgotten with its
  // subscribers.
  const started = channels.channel('http.server.request.start');
  const finished = channels.channel('http.server.response.finish');
  started.subscribe(requestStarted);
  finished.subscribe(responseFinished);

  // What Node's cluster module asks goes through here, and so does all else that is sent.
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

  // Asks the daemon for what a server listens on; the answer is a message that has the key.
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
      // For a daemon that was not there when it was said.
      if (servers.size > 0) {
        tellListening();
      }
    } else if (message.act === 'servers') {
      tell({ act: 'servers', servers: addresses(), paths: paths(), unanswered: [...unanswered.values()] });
    }
  });

  // With a callback a channel that is closed is no error event.
  function tell(message) {
    try {
      send({ cmd: 'NODE_JPM', ...message }, undefined, { swallowErrors: true }, () => {});
    } catch {
      // The app has closed its channel: there is nobody to tell.
    }
  }

  // ---- What is listened on

  // The file of a unix path is made by the daemon, and is to be what it would be if it were made
  // here.
  function withUmask(message) {
    return message.act === 'queryServer' && message.port === -1
      ? { ...message, umask: process.umask() }
      : message;
  }

  // listen(path, …) and listen({ path }, …); where a port is named too, Node takes that. A relative
  // path is shared by its absolute one, which may be longer than the system allows: Node alone
  // listens on it as it is written.
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

  // ---- What is inherited

  // What the variable says is not taken for granted: whoever starts this program may have given it
  // other descriptors.
  function inheritedSockets() {
    try {
      const fs = require('fs');
      return JSON.parse(inheritance || '[]').filter(
        ({ fd, inode }) => fs.readlinkSync(`/proc/self/fd/${fd}`) === `socket:[${inode}]`);
    } catch {
      return [];
    }
  }

  // listen(port, host, …), listen({ port, host }, …): with the inherited socket where there is one.
  // Of a host that has to be looked up Node listens later too.
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

  // null: no port is named, or what it listens on is given otherwise.
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

  // The arguments with the socket in the place of port and host; as they are where there is none.
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
        // Of a handle Node asks for none.
        options.signal.addEventListener('abort', () => server.close(), { once: true });
      }
    }
    const callback = args[args.length - 1];
    return typeof callback === 'function' ? [options, callback] : [options];
  }

  // The handle of a server on an inherited socket that is not accepted from yet. What comes to its
  // entrance comes to the server as if it had come there. null: it cannot be made.
  function hold({ fd, address, port }) {
    const handle = net._createServerHandle(null, null, null, fd);
    const entrance = net._createServerHandle('127.0.0.1', 0, 4);
    if (typeof handle === 'number' || typeof entrance === 'number') {
      throw new Error(`jpm: no entrance for port ${port} (${handle}, ${entrance})`);
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

  // The server is as any other from now on.
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

  // Clients may come.
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

  // Where the checks reach it.
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

  // Two ways to write one address of IPv6 are the same one.
  function plain(address) {
    return net.isIP(address) === 6 ? new URL(`http://[${address}]/`).hostname : address;
  }

  function closeUnused() {
    const fs = require('fs');
    inherited.splice(0).forEach(({ fd }) => fs.close(fd, () => {}));
  }

  // Node's own workers of such an app are nobody's but its own.
  function ownWorkers() {
    return Object.keys(require('cluster').workers || {}).length;
  }

  // Which sockets these are says that nobody else has to be told to drain.
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

  // null: one of them has drained or ended.
  function fromBelow(message) {
    if (message === null) {
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

  // By name, so that apps without HTTP/2 do not have to load it.
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

  // Those of unix sockets.
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

  // Which server has which key. A handle that is the socket itself accepts already; others are
  // objects of the cluster module's.
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

  // The server stays as it looks, with the handle that it was given in the beginning; that keeps
  // the process alive, too.
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

  // Closes the listening handle and leaves the server as it looks: an app that closes it itself when
  // it is asked to end finds nothing unusual. http.Server.close() would cut connections that look
  // idle while a request is on its way. Closing a unix path that is not shared (then its handle has
  // no close() of the cluster module's) would remove the file, which may be the successor's by now.
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

  // ---- What is connected

  function connected(socket, server) {
    if (socket[RECORD] === undefined) {
      connections++;
      record(socket, server, true);
    }
  }

  // mark: the bytes that had been read when nothing was under way any more. More bytes than that
  // are a request that is coming in, or whatever an upgraded connection carries.
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
    // A server that is given connections by hand does not listen.
    const entry = socket[RECORD] || record(socket, server, false);
    entry.http = true;
    if (draining && entry.response !== null && !entry.response.headersSent) {
      entry.response.shouldKeepAlive = entry.kept; // another request came in behind it
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

  // `Connection: close` on the last response. Not while its request is still coming in: a connection
  // that is closed with bytes unread is reset, and the client may lose the answer.
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
      request.prependOnceListener('end', apply); // before the app answers there
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
      // Its client has had no chance to ask yet.
      const timer = setTimeout(leave, IDLE_MS, session).unref();
      session.once('stream', () => {
        clearTimeout(timer);
        leave(session);
      });
    }
  }

  // RFC 9113, 6.8: first the notice, which refuses nothing by itself, then, when what the client had
  // sent by then must have arrived, the last word. A client that answers the notice with a GOAWAY,
  // as Node's does, has Node close the session at once. What it had asked for at that very moment
  // may be refused then, as REFUSED_STREAM: not begun, to be sent again. Putting the close off was
  // tried and only has such a request refused later.
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
      // Asked again, by a daemon that cannot know what its predecessor was told.
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
        // The rest of a request that was answered before it was all there.
        entry.request = null;
        entry.mark = entry.socket.bytesRead || 0;
        entry.since = now;
      }
      if (isIdle(entry, now)) {
        // After the next reads: what had arrived before this moment has been seen by then.
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
      if (isAlone) awaitSignal();
      tell({ act: 'drained' });
    }
  }

  // Nothing may be open any more, and Node would end by itself before the signal comes that the app
  // has a handler for.
  function awaitSignal() {
    const handled = END_SIGNALS.filter((signal) => process.listenerCount(signal) > 0);
    if (handled.length > 0) {
      const hold = setTimeout(() => {}, SIGNAL_MS);
      handled.forEach((signal) => process.once(signal, () => clearTimeout(hold)));
    }
  }
}
