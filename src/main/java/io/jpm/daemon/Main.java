package io.jpm.daemon;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The entry point of the daemon. `bin/jpm` starts it detached, with a pipe as its standard output,
/// and waits for exactly one line on the pipe: `READY <port>` or `FAILED <message>`. For `jpm
/// daemon`, `bin/jpm` executes it in the foreground instead.
public final class Main {
  private Main() {}

  /// Boots the daemon and reports the result on standard output.
  ///
  /// @param args `--home DIR`, followed by `--foreground` if no client waits for the line
  public static void main(String[] args) {
    if (args.length == 3 && args[2].equals("--foreground")) {
      foreground(args);
      return;
    }
    var client = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      if (args.length != 2 || !args[0].equals("--home")) {
        throw new StartupException("usage: --home DIR");
      }
      int port = Daemon.start(Path.of(args[1]));
      client.println("READY " + port);
    } catch (StartupException failure) {
      client.println("FAILED " + failure.userMessage());
      end();
    } catch (RuntimeException | Error failure) {
      client.println("FAILED " + StartupException.describe(failure));
      end();
    }
    // Redirects the descriptor to /dev/null, so that the client reads EOF from the pipe.
    System.out.close();
  }

  /// Runs the daemon in the foreground, as a child process whose parent waits for it to exit. Its
  /// messages are intended for users.
  private static void foreground(String[] args) {
    var person = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      Daemon.startInForeground(Path.of(args[1]));
      person.println("jpm: the daemon is ready in " + args[1]);
    } catch (StartupException failure) {
      person.println("jpm: " + failure.userMessage());
      end();
    } catch (RuntimeException | Error failure) {
      person.println("jpm: " + StartupException.describe(failure));
      end();
    }
  }

  /// Exits without waiting for threads that a failed boot has left behind, because they would keep
  /// the lock of the home.
  private static void end() {
    System.out.flush();
    Runtime.getRuntime().halt(1);
  }
}
