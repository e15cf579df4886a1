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
              The number of processes. The variable `NODE_APP_INSTANCE` contains the number of
              each. With this key, a Node or Java program runs in cluster mode, also if a shell
              starts it (`cd x && exec java …`), and so does any other program that has a `port`.
              `jpm scale` changes the number while the app runs.\
              """,
              ""),
          note(
              AppKey.EXEC_MODE,
              """
              `fork` or `cluster`.

              - In cluster mode the instances share their listening sockets, and `jpm reload`
                replaces them one by one without losing a connection.
              - In fork mode each process opens its own port. If the program is Node or Java, or
                sets SO_REUSEPORT, `jpm reload` hands the listening sockets over to the next
                process, and two processes run for a moment; `balance: off` prevents that. Any
                other program is restarted, and `jpm reload` reports how long it did not listen.

              Without this key, an app runs in cluster mode if it has `balance` or `listen`, or if
              it has `instances` and either is a Node or Java program or has a `port` (unless
              `increment_var` increments the port).\
              """,
              """
              has cluster mode for Node only, and its reload continues if the new version does not
              start.\
              """),
          note(
              AppKey.EXECUTE_COMMAND,
              """
              The same as `exec_mode: fork`. It takes precedence over `exec_mode: cluster`,
              `balance` and `listen`.\
              """,
              ""),
          note(
              AppKey.INSTANCE_VAR,
              "The variable that contains the number of the instance, from 0.",
              ""),
          note(
              AppKey.INCREMENT_VAR,
              """
              A variable that is one higher in each further instance. It begins with its value in
              `env`, or with 0: with `"env": {"PORT": 3000}` and `"increment_var": "PORT"` the
              instances get 3000, 3001 and so on.\
              """,
              ""),
          note(
              AppKey.PORT,
              """
              The port that clients connect to, 1 to 65535. The app receives it in the variable
              PORT; a PORT in `env` takes precedence. If the daemon forwards the connections
              (`balance: proxy`), each instance gets its own PORT instead.

              The daemon opens the port with its own rights, so an app with `uid` can have a port
              below 1024; a Java program must listen on all addresses for that. A port that is not
              declared, but only requested by the program itself, is opened with the rights of the
              app's user.\
              """,
              "only sets the variable."),
          note(
              AppKey.BALANCE,
              """
              How the instances share a port:

              - `node`: with Node's own cluster protocol.
              - `jvm`: a Java agent gives the server a shared socket. For this, Netty uses Java's
                sockets instead of its native transport, unless
                `-Dio.netty.transport.noNative=false` is set.
              - `listen_fds`: the app inherits the sockets of `listen`.
              - `proxy`: each instance listens on its own PORT, and the daemon forwards connections
                from `port`.
              - `off`: the instances share nothing.
              - `auto`: `listen_fds` if `listen` is set; `node` or `jvm` if the program is Node or
                Java; `proxy` if a port is known (`port`, or PORT in `env` or an `env_file`);
                otherwise `off`. `jpm describe` shows the selected mode and the reason.

              In fork mode only `off` has an effect: a reload is then a restart, and the program is
              started without the preparations for a socket handover. Not in PM2.\
              """,
              ""),
          note(
              AppKey.STRATEGY,
              """
              Which instance receives the next connection:

              - `kernel`: the one that accepts it first. For `node`, `jvm` and `listen_fds`.
              - `round_robin`: each in turn. For `node` and `proxy`.
              - `least_conn`: the one with the fewest open connections. For `proxy`.
              - `ip_hash`: the same one for the same client. For `proxy`.

              With `proxy`, an instance that sends nothing on new connections for 3 s, while
              another instance answers, receives no further connections until it answers. PM2 does
              not have this key and distributes connections in turn.\
              """,
              ""),
          note(
              AppKey.LISTEN,
              """
              The sockets that the app inherits, from descriptor 3 on and in this order, as from
              systemd (`LISTEN_FDS`, `LISTEN_PID`, `LISTEN_FDNAMES`). `8000` means every address;
              `"127.0.0.1:8000"` and `"[::1]:8000"` mean one address. Host names, such as
              localhost, are rejected. On the command line: `--listen 8000,127.0.0.1:9000`.

              The sockets are in blocking mode (without O_NONBLOCK) until the program changes that.
              They stay open while the app or the daemon is restarted; clients that connect
              meanwhile wait. The daemon opens them with its own rights, also below 1024 for an app
              with `uid`. Not in PM2.\
              """,
              ""),
          note(
              AppKey.DRAIN_TIMEOUT,
              """
              The time in which an instance finishes its connections, and receives no new ones,
              after `reload` has replaced it or `scale` has removed it; also in fork mode. It is
              then stopped as by `stop`, or earlier, as soon as it has no connections. Not in PM2.\
              """,
              ""),
          note(
              AppKey.PROXY_PROTOCOL,
              """
              With `balance: "proxy"`, send the client's address to the instance in a header of the
              PROXY protocol before the first byte. The server must expect this header. Not in PM2.\
              """,
              ""));

  private ClusterNotes() {}

  private static Map.Entry<AppKey, Note> note(AppKey key, String rules, String pm2) {
    return Map.entry(key, new Note(rules, pm2));
  }
}
