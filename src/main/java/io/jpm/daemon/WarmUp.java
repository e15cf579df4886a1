package io.jpm.daemon;

import io.jpm.client.BridgeConnection;
import io.jpm.client.ConsoleRequest;
import io.jpm.client.ConsoleRequest.Terminal;
import io.jpm.client.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/// Asks the daemon itself what people ask most, by the way they come, until the JVM has compiled
/// it: the first commands of a day are then as quick as the later ones. A few tens of milliseconds
/// of work, once.
final class WarmUp {
  private static final int ROUNDS = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final int port;
  private final String token;

  WarmUp(int port, String token) {
    this.port = port;
    this.token = token;
  }

  /// Blocking. Stops at the first failure: it only costs speed.
  void run() {
    try {
      for (int round = 0; round < ROUNDS; round++) {
        ask("ls");
        ask("jlist");
      }
    } catch (IOException _) {
      // Ignored because whatever is wrong shows when somebody asks in earnest.
    }
  }

  private void ask(String command) throws IOException {
    try (BridgeConnection connection = BridgeConnection.connect(port, PATIENCE)) {
      connection.send(
          token, new ConsoleRequest(List.of(command), "/", List.of("A=b"), Terminal.NONE));
      Reply reply = connection.next();
      while (!(reply instanceof Reply.Done)) {
        reply = connection.next();
      }
    }
  }
}
