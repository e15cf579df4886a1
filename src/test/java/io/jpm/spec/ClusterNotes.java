package io.jpm.spec;

import io.jpm.spec.KeyNotes.Note;
import java.util.Map;

/// The part of [KeyNotes] about the instances of an app and the port that they share.
final class ClusterNotes {
  static final Map<AppKey, Note> ALL =
      Map.ofEntries(
          note(
              AppKey.INSTANCES,
              """
              How many processes; the variable `NODE_APP_INSTANCE` tells them apart. With it, a \
              program of node or java is in cluster mode, also behind a shell (`cd x && exec \
              java …`), and any other that has a `port`. `jpm scale` changes the number of an app \
              that runs.\
              """,
              ""),
          note(
              AppKey.EXEC_MODE,
              """
              `fork` or `cluster`. In cluster mode the instances share what they listen on, and \
              `jpm reload` replaces them one by one without losing a connection. In fork mode each \
              process opens its port itself; a reload hands that over to the next process where \
              the program is node, java or sets SO_REUSEPORT (two of it run for a moment; \
              `balance: off` prevents that), and restarts any other, and says how long the gap was. \
              Without this \
              key, an app is in cluster mode where it has `balance` or `listen`, or `instances` \
              and either a program of node or java or a `port` (unless `increment_var` counts it \
              up).\
              """,
              """
              has cluster mode for node only, and its reload goes on with a program that does not \
              start.\
              """),
          note(
              AppKey.EXECUTE_COMMAND,
              "The same as `exec_mode: fork`; it wins over `exec_mode: cluster`, `balance` and `listen`.",
              ""),
          note(AppKey.INSTANCE_VAR, "The variable that has the instance's number, from 0.", ""),
          note(
              AppKey.INCREMENT_VAR,
              """
              A variable that is one higher in each further instance. It begins with the number \
              that it has, or 0: with `"env": {"PORT": 3000}` and `"increment_var": "PORT"` the \
              instances get 3000, 3001 and so on.\
              """,
              ""),
          note(
              AppKey.PORT,
              """
              The port that clients connect to, 1 to 65535. The app gets it as the variable PORT \
              (`env` wins); where the daemon passes connections on, each instance gets a PORT of \
              its own instead. It is opened with the daemon's rights, so an app with `uid` can have \
              one below 1024; a port that only the program itself asks for is opened with those of \
              its user. (A program of java must listen on every address for that.)\
              """,
              "sets the variable only."),
          note(
              AppKey.BALANCE,
              """
              How the instances share a port. `node`: by Node's own cluster protocol. `jvm`: a \
              Java agent gives the server a shared socket (for that, Netty uses Java's sockets \
              instead of its own transport, unless `-Dio.netty.transport.noNative=false` is \
              said). `listen_fds`: the app inherits the \
              sockets of `listen`. `proxy`: each instance listens on a PORT of its own, and the \
              daemon passes connections on from `port`. `off`: not at all. `auto` takes \
              `listen_fds` where `listen` is given, `node` and `jvm` where that is the program, \
              `proxy` where a port is known (`port`, or PORT in `env` or an `env_file`), and otherwise \
              `off`; \
              `jpm describe` tells which and why. In fork mode only `off` counts: a reload is a \
              restart then, and the program is started without what a handover needs. Not in PM2.\
              """,
              ""),
          note(
              AppKey.STRATEGY,
              """
              Which instance gets the next connection. `kernel`: whichever takes it first, for \
              `node`, `jvm` and `listen_fds`. `round_robin`: each in turn, for `node` and \
              `proxy`. `least_conn`: the one with the fewest open connections, for `proxy`. \
              `ip_hash`: the same one for the same client, for `proxy`. With `proxy`, an instance that \
              says nothing over new connections for 3 s while another one answers gets no more of \
              them until it answers. Not in PM2, which takes \
              turns.\
              """,
              ""),
          note(
              AppKey.LISTEN,
              """
              The sockets that the app inherits from descriptor 3 on, in this order, as from \
              systemd (`LISTEN_FDS`, `LISTEN_PID`, `LISTEN_FDNAMES`): `8000` is every address, \
              `"127.0.0.1:8000"` and `"[::1]:8000"` are one. Names such as localhost are refused. \
              They block (no O_NONBLOCK) until the program changes that. The sockets stay open \
              while the app or the daemon is restarted, and who connects meanwhile waits. They are \
              opened with the daemon's rights: below 1024 also for an app with `uid`. On the \
              command line: `--listen 8000,127.0.0.1:9000`. Not in PM2.\
              """,
              ""),
          note(
              AppKey.DRAIN_TIMEOUT,
              """
              How long an instance that is replaced by `reload` or taken away by `scale` may take \
              to finish its connections while it gets no new ones, in fork mode too. Then, or as soon as there is \
              none left, it is asked to end, as by `stop`. Not in PM2.\
              """,
              ""),
          note(
              AppKey.PROXY_PROTOCOL,
              """
              With `balance: "proxy"`, tell the instance the client's address in a header of the \
              PROXY protocol before the first byte; the server must expect that. Not in PM2.\
              """,
              ""));

  private ClusterNotes() {}

  private static Map.Entry<AppKey, Note> note(AppKey key, String rules, String pm2) {
    return Map.entry(key, new Note(rules, pm2));
  }
}
