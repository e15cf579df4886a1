package io.jpm.client;

import io.jpm.client.CommandLineRequest.Terminal;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;

/// The Java command-line client, for machines on which bash is older than 4.4 or cannot open
/// network connections. It is run by `bin/jpm`, which also starts the daemon if necessary. It sends
/// the arguments, prints the output and exits with the command's exit code.
public final class ClientMain {
  /// The exit code that tells `bin/jpm` that no daemon is running (EX_UNAVAILABLE in sysexits.h).
  static final int NO_DAEMON = 69;

  private static final Duration RETRY = Duration.ofMillis(100);
  private static final int FAILED = 1;
  private static final int BROKEN_PIPE = 141;

  private final DaemonHome home;
  private final Duration timeout;

  /// Whether to use the unix socket because attempts over the TCP port have failed.
  private boolean bySocket;

  /// The mark of the latest output, from which the command can be resumed if the daemon dies.
  private Optional<String> mark = Optional.empty();

  private ClientMain(DaemonHome home, Duration timeout) {
    this.home = home;
    this.timeout = timeout;
  }

  /// Runs one command and terminates the JVM.
  public static void main(String[] args) {
    System.exit(run(args, System.getenv()));
  }

  private static int run(String[] args, Map<String, String> environment) {
    try {
      ClientMain client = new ClientMain(findHome(environment), patience(environment));
      List<String> env = RawArguments.env(environment);
      CommandLineRequest request =
          new CommandLineRequest(
              RawArguments.argv(args),
              RawArguments.cwd(env, System.getProperty("user.dir", "/")),
              env,
              terminal(),
              piped(),
              true,
              Optional.empty());
      return client.runWithRetries(request);
    } catch (BridgeException.NoDaemon _) {
      return NO_DAEMON;
    } catch (OutputFailed e) {
      return e.brokenPipe()
          ? BROKEN_PIPE
          : fail("cannot write to standard output or standard error");
    } catch (IOException | IllegalArgumentException e) {
      return fail(String.valueOf(e.getMessage()));
    }
  }

  private static DaemonHome findHome(Map<String, String> environment) {
    String home = environment.getOrDefault("JPM_HOME", "");
    if (!home.isEmpty()) {
      return new DaemonHome(Path.of(home));
    }
    String user = environment.getOrDefault("HOME", "");
    if (user.isEmpty()) {
      throw new IllegalArgumentException(
          "neither JPM_HOME nor HOME is set: set JPM_HOME to a directory that jpm can use");
    }
    return new DaemonHome(Path.of(user, ".jpm"));
  }

  private static Duration patience(Map<String, String> environment) {
    String seconds = environment.getOrDefault("JPM_TIMEOUT", "");
    if (seconds.isEmpty()) {
      return Duration.ofSeconds(15);
    }
    if (!seconds.matches("0*[1-9][0-9]{0,5}")) {
      throw new IllegalArgumentException(
          "JPM_TIMEOUT=%s: must be a number of seconds, 1 or more".formatted(seconds));
    }
    return Duration.ofSeconds(Integer.parseInt(seconds));
  }

  /// Returns the standard input of `bin/jpm`, which `bin/jpm` passes on in base64; empty if no
  /// argument refers to standard input.
  private static Optional<byte[]> piped() throws IOException {
    if (!Boolean.getBoolean("jpm.piped")) {
      return Optional.empty();
    }
    try (InputStream in = new FileInputStream(FileDescriptor.in)) {
      return Optional.of(Base64.getMimeDecoder().decode(in.readAllBytes()));
    }
  }

  /// Returns the properties of the terminal. `bin/jpm` passes them on as JSON, because Java cannot
  /// query the size of a terminal.
  private static Terminal terminal() {
    try {
      return Json.parse(System.getProperty("jpm.tty", "{}")) instanceof Map<?, ?> tty
          ? new Terminal(
              tty.get("cols") instanceof Long cols ? cols.intValue() : 0,
              tty.get("rows") instanceof Long rows ? rows.intValue() : 0,
              Boolean.TRUE.equals(tty.get("color")),
              Boolean.TRUE.equals(tty.get("out")),
              Boolean.TRUE.equals(tty.get("err")))
          : Terminal.NONE;
    } catch (Json.MalformedJsonException _) {
      return Terminal.NONE;
    }
  }

  /// Sends the command, trying the TCP port twice, because a daemon that closes the connection
  /// immediately may be starting or stopping. Then tries the unix socket in the home, because other
  /// clients may have used up all connections to the port.
  private int runWithRetries(CommandLineRequest request) throws IOException {
    for (int attempt = 0; attempt < 3; attempt++) {
      bySocket = attempt == 2;
      try {
        OptionalInt code = sendAndPrint(request);
        if (code.isPresent()) {
          return code.getAsInt();
        }
      } catch (BridgeException.NoDaemon none) {
        if (!bySocket) {
          throw none;
        }
      }
      if (mark.isPresent()) {
        return resume(request);
      }
    }
    return fail(
        "the daemon closed the connection without a reply: check that %s contains its token, and see %s"
            .formatted(home.directory().resolve("token"), home.log()));
  }

  /// Resumes the command in the next daemon, which is started by the keeper, a service manager or
  /// the next command.
  private int resume(CommandLineRequest request) throws IOException {
    while (true) {
      write(
          FileDescriptor.err,
          "jpm: the daemon does not answer: waiting until it or a new daemon answers (Ctrl-C to stop)\n");
      OptionalInt code = awaitNext(request);
      if (code.isPresent()) {
        return code.getAsInt();
      }
    }
  }

  private OptionalInt awaitNext(CommandLineRequest request) throws IOException {
    while (true) {
      LockSupport.parkNanos(RETRY.toNanos());
      try {
        return sendAndPrint(request.resumed(mark.orElseThrow()));
      } catch (BridgeException.NoDaemon notYet) {
        if (!Files.isDirectory(home.directory())) {
          return OptionalInt.of(fail(home.directory() + " was deleted, and its daemon has exited"));
        }
      }
    }
  }

  /// Sends the command and prints the replies. Returns the command's exit code; empty if the daemon
  /// closed the connection before any reply, or stopped responding in the middle of a command that
  /// can be resumed.
  private OptionalInt sendAndPrint(CommandLineRequest request) throws IOException {
    boolean answered = false;
    try (BridgeConnection connection = connectAndSend(request)) {
      while (true) {
        ConsoleReply consoleReply = connection.next();
        answered = true;
        if (consoleReply instanceof ConsoleReply.Done(int code)) {
          return OptionalInt.of(code);
        }
        print(consoleReply);
      }
    } catch (BridgeException.Closed _) {
      return answered && mark.isEmpty()
          ? OptionalInt.of(
              fail(
                  "the connection to the daemon was lost before the command was completed: see "
                      + home.log()))
          : OptionalInt.empty();
    } catch (BridgeException.TimedOut _) {
      return mark.isPresent() ? OptionalInt.empty() : OptionalInt.of(failSilent());
    } catch (BridgeException.ProtocolViolation _) {
      return OptionalInt.of(
          fail(
              "the program that listens on the port in %s is not a jpm daemon"
                  .formatted(home.portFile())));
    }
  }

  /// Connects to the TCP port and sends the request. If that fails, uses the unix socket in the
  /// home, because the port file may have been removed.
  private BridgeConnection connectAndSend(CommandLineRequest request) throws IOException {
    home.checkMine();
    OptionalInt port = home.port();
    if (port.isPresent() && !bySocket) {
      try {
        BridgeConnection connection = BridgeConnection.connect(port.getAsInt(), timeout);
        if (home.isListening(port.getAsInt())) {
          connection.send(token(), request);
          return connection;
        }
        connection.close();
      } catch (BridgeException.NoDaemon _) {
        // Try the unix socket.
      }
    }
    BridgeConnection connection = BridgeConnection.connect(home.trustedSocket(), timeout);
    connection.send(request);
    return connection;
  }

  private String token() throws IOException {
    try {
      return home.token();
    } catch (HomeTrust.Untrusted e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "cannot read %s: check that the file exists and belongs to you"
              .formatted(home.directory().resolve("token")),
          e);
    }
  }

  private int failSilent() {
    String holder = System.getProperty("jpm.holder", "");
    Optional<String> pid = holder.isEmpty() ? home.pid() : Optional.of(holder);
    return fail(
        "the daemon%s does not answer (waited %d s); it drops this command unless it has already started it: see %s%s"
            .formatted(
                pid.map(it -> " (pid " + it + ")").orElse(""),
                timeout.toSeconds(),
                home.log(),
                pid.map(it ->
                        ", or stop the daemon with kill -9 " + it + " — your apps keep running")
                    .orElse("")));
  }

  private void print(ConsoleReply consoleReply) throws OutputFailed {
    switch (consoleReply) {
      case ConsoleReply.Marked(ConsoleReply text, String behind) -> {
        print(text);
        mark = Optional.of(behind);
      }
      case ConsoleReply.Out(String text) -> write(FileDescriptor.out, text);
      case ConsoleReply.Err(String text) -> write(FileDescriptor.err, text);
      case ConsoleReply.KeepAlive() -> {}
      case ConsoleReply.Done(_) ->
          throw new IllegalArgumentException("an exit code cannot be printed");
    }
  }

  private static int fail(String message) {
    try {
      write(FileDescriptor.err, "jpm: " + message + "\n");
    } catch (OutputFailed _) {
      // Standard error is closed, so the failure cannot be reported.
    }
    return FAILED;
  }

  /// Writes to a descriptor directly, because `System.out` does not use UTF-8 in every locale and
  /// does not report failed writes.
  private static void write(FileDescriptor descriptor, String text) throws OutputFailed {
    try {
      @SuppressWarnings("resource") // closing it would close the process's own descriptor
      FileOutputStream out = new FileOutputStream(descriptor);
      out.write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new OutputFailed(e);
    }
  }

  /// Signals that this client could not write its own output, as opposed to a failure of the
  /// connection.
  private static final class OutputFailed extends IOException {
    private static final long serialVersionUID = 1;

    OutputFailed(IOException cause) {
      super(cause);
    }

    boolean brokenPipe() {
      return String.valueOf(getMessage()).contains("Broken pipe");
    }
  }
}
