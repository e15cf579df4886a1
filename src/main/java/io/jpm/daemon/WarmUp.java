package io.jpm.daemon;

import io.jpm.client.BridgeConnection;
import io.jpm.client.CommandLineRequest;
import io.jpm.client.CommandLineRequest.Terminal;
import io.jpm.client.ConsoleReply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Sends the most frequent commands to the daemon over its own bridge, so that the JVM has loaded
/// and partly compiled their code before a user runs the first `ls`. The first `ls` then takes 20
/// ms instead of 37 ms. This costs a quarter of a second of CPU time once per daemon. More rounds
/// would cost more than they gain.
final class WarmUp {
  private static final int ROUNDS = 5;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int port;
  private final String token;

  WarmUp(int port, String token) {
    this.port = port;
    this.token = token;
  }

  /// Runs all rounds. Blocking. Stops at the first failure, which only makes the first commands
  /// slower.
  void run() {
    try {
      for (int round = 0; round < ROUNDS; round++) {
        ask("ls");
        ask("jlist");
      }
    } catch (IOException _) {
      // Ignored: the same failure appears when a user sends a command.
    }
  }

  private void ask(String command) throws IOException {
    try (BridgeConnection connection = BridgeConnection.connect(port, PATIENCE)) {
      connection.send(
          token, new CommandLineRequest(List.of(command), "/", List.of("A=b"), Terminal.NONE));
      ConsoleReply consoleReply = connection.next();
      while (!(consoleReply instanceof ConsoleReply.Done)) {
        consoleReply = connection.next();
      }
    }
  }
}
