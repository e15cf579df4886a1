package io.jpm.daemon;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The daemon's entry. `bin/jpm` starts it detached, with its standard output on a pipe, and waits
/// there for exactly one line: `READY <port>` or `FAILED <sentence>`. For `jpm daemon` it becomes
/// it.
public final class Main {
  private Main() {}

  /// Boots the daemon and says so on standard output.
  ///
  /// @param args `--home DIR`, and `--foreground` where nobody waits for the line
  public static void main(String[] args) {
    if (args.length == 3 && args[2].equals("--foreground")) {
      foreground(args);
      return;
    }
    var client = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      if (args.length != 2 || !args[0].equals("--home")) {
        throw new StartupFailure("usage: --home DIR");
      }
      int port = Daemon.start(Path.of(args[1]));
      client.println("READY " + port);
    } catch (StartupFailure failure) {
      client.println("FAILED " + failure.sentence());
      end();
    } catch (RuntimeException | Error failure) {
      client.println("FAILED " + StartupFailure.words(failure));
      end();
    }
    // The descriptor becomes /dev/null: the client shall see the end of the pipe.
    System.out.close();
  }

  /// Somebody's child until it ends: what is said is for people.
  private static void foreground(String[] args) {
    var person = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      Daemon.startInForeground(Path.of(args[1]));
      person.println("jpm: the daemon is ready, home " + args[1]);
    } catch (StartupFailure failure) {
      person.println("jpm: " + failure.sentence());
      end();
    } catch (RuntimeException | Error failure) {
      person.println("jpm: " + StartupFailure.words(failure));
      end();
    }
  }

  /// Without waiting for threads that a failed boot has left: they would hold the lock of the home.
  private static void end() {
    System.out.flush();
    Runtime.getRuntime().halt(1);
  }
}
