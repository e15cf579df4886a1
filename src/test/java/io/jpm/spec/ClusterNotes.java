package io.jpm.spec;

import io.jpm.spec.KeyNotes.Note;
import java.util.Map;

/// The entries of [KeyNotes] for the instances of an app and the port that they share.
final class ClusterNotes {
  static final Map<AppKey, Note> ALL =
      Map.ofEntries(
          note(
              AppKey.INSTANCES,
              """
              Sets the number of processes. Each process gets its own number, starting at 0, in the
              environment variable `NODE_APP_INSTANCE`. `jpm scale` changes the number while the app
              is running.

              If this key is set, the following programs run in cluster mode by default (see
              `exec_mode`):

              - Node and Java programs, even if a shell starts them (`cd x && exec java …`)
              - other programs that have a `port`\
              """,
              ""),
          note(
              AppKey.EXEC_MODE,
              """
              Sets the execution mode.

              - `cluster`: the instances share their listening sockets. `jpm reload` replaces them
                one by one without losing connections.
              - `fork`: each process opens its own port. If the program runs on Node or Java, or
                sets `SO_REUSEPORT`, `jpm reload` hands the listening sockets over to the new
                process. The old and new processes then briefly run at the same time;
                `balance: "off"` prevents this. Any other program is restarted, and `jpm reload`
                reports how long no process was listening.

              If this key is not set, the app runs in cluster mode if one of these is true;
              otherwise, it runs in fork mode:

              - `balance` is set to a value other than `off`, or `listen` is set.
              - `instances` is set, and the program is a Node or Java program.
              - `instances` and `port` are set, and `increment_var` is not `PORT`.\
              """,
              """
              supports cluster mode only for Node, and its reload continues even if the new version
              does not start.\
              """),
          note(
              AppKey.EXECUTE_COMMAND,
              """
              Runs the app in fork mode. This key is equivalent to `exec_mode: "fork"`, but takes
              precedence over `exec_mode: "cluster"`, `balance` and `listen`.\
              """,
              ""),
          note(
              AppKey.INSTANCE_VAR,
              """
              Sets the name of the environment variable that contains the instance number, starting
              at 0.\
              """,
              ""),
          note(
              AppKey.INCREMENT_VAR,
              """
              Sets the name of an environment variable that is incremented for each instance. The
              first instance gets the value from `env`, or 0 if `env` does not set the variable.
              Example: with `"env": {"PORT": 3000}` and `"increment_var": "PORT"`, the instances get
              the ports 3000, 3001, and so on.\
              """,
              ""),
          note(
              AppKey.PORT,
              """
              Sets the port that clients connect to, 1 to 65535. It is passed to the app in the
              environment variable `PORT`, unless `env` sets `PORT`. With `balance: "proxy"`, the
              daemon listens on this port, and each instance gets a different `PORT`.

              The daemon opens the port with its own privileges, so an app with `uid` can use a port
              below 1024. A Java program must then listen on all addresses. If the program itself
              opens a port that is not set here, it does so with the privileges of the app's user.\
              """,
              "only sets the variable `PORT`."),
          note(
              AppKey.BALANCE,
              """
              Sets how the instances share a port:

              - `node`: through Node's cluster protocol.
              - `jvm`: through a Java agent that gives the server a shared socket. Netty then uses
                Java's sockets instead of its native transport, unless
                `-Dio.netty.transport.noNative=false` is set.
              - `listen_fds`: the instances inherit the sockets opened by `listen`.
              - `proxy`: each instance listens on its own `PORT`, and the daemon forwards
                connections from `port`.
              - `off`: the instances do not share a port.
              - `auto`: jpm selects the mode. It selects `listen_fds` if `listen` is set, `node` or
                `jvm` for a Node or Java program, and `proxy` if a port is known from `port`, or
                from `PORT` in `env` or an `env_file`. Otherwise, it selects `off`. `jpm describe`
                shows the selected mode and the reason.

              In fork mode, only `off` has an effect: `jpm reload` then restarts the app instead of
              handing its sockets over.\
              """,
              "does not have this key."),
          note(
              AppKey.STRATEGY,
              """
              Sets how the instance for the next connection is selected:

              - `kernel`: the instance that accepts the connection first. Available with `node`,
                `jvm` and `listen_fds`.
              - `round_robin`: each instance in turn. Available with `node` and `proxy`.
              - `least_conn`: the instance with the fewest open connections. Available with
                `proxy`.
              - `ip_hash`: the same instance for all connections from one client address. Available
                with `proxy`.

              `proxy` ejects outliers. An instance is ejected if it sends nothing on new connections
              for 3 s while another instance responds. It receives no further connections until it
              responds.\
              """,
              "does not have this key; it always uses round robin."),
          note(
              AppKey.LISTEN,
              """
              Opens listening sockets and passes them to the app, as systemd socket activation does.
              The app inherits them in this order, starting at file descriptor 3; `LISTEN_FDS`,
              `LISTEN_PID` and `LISTEN_FDNAMES` describe them. `8000` listens on all addresses,
              `"127.0.0.1:8000"` and `"[::1]:8000"` on one address. Host names, such as `localhost`,
              are rejected. On the command line, write `--listen 8000,127.0.0.1:9000`.

              The sockets are in blocking mode (without `O_NONBLOCK`) until the program changes
              this. They stay open while the app or the daemon is restarted; clients that connect
              in the meantime wait. The daemon opens them with its own privileges, so an app with
              `uid` can use ports below 1024.\
              """,
              "does not have this key."),
          note(
              AppKey.DRAIN_TIMEOUT,
              """
              Sets the maximum time for an instance to finish its open connections after
              `jpm reload` has replaced it, or after `jpm scale` has removed it. During this time,
              the instance receives no new connections. It is stopped as soon as it has no open
              connections, or when the time has elapsed. This key also applies in fork mode.\
              """,
              "does not have this key."),
          note(
              AppKey.PROXY_PROTOCOL,
              """
              Sends the client's address to the instance in a PROXY protocol header before the
              first byte. Requires `balance: "proxy"`. The server must expect the header.\
              """,
              "does not have this key."));

  private ClusterNotes() {}

  private static Map.Entry<AppKey, Note> note(AppKey key, String rules, String pm2) {
    return Map.entry(key, new Note(rules, pm2));
  }
}
