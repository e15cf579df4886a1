package io.jpm.os.linux.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.DatagramReceiver;
import io.jpm.testing.Eventually;
import io.jpm.testing.LogLines;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SystemdNotifierTest {
  @TempDir Path directory;

  @Test
  void messagesReachAPathSocket() throws IOException {
    assertMessagesArrive(directory.resolve("notify äö").toString());
  }

  @Test
  void messagesReachAnAbstractSocket() throws IOException {
    assertMessagesArrive("@jpm-test-" + UUID.randomUUID());
  }

  private static void assertMessagesArrive(String address) throws IOException {
    try (DatagramReceiver datagramReceiver = new DatagramReceiver(address)) {
      var notifier = new SystemdNotifier(address);
      notifier.sendState("READY=1\nSTATUS=fine\n");
      notifier.sendState("WATCHDOG=1\n");
      Eventually.await(
          "both messages have arrived",
          Duration.ofSeconds(30),
          () -> datagramReceiver.letters().equals(List.of("READY=1 STATUS=fine", "WATCHDOG=1")),
          datagramReceiver::letters);
    }
  }

  /// The daemon must not end because its service manager has ended.
  @Test
  void unreachableServiceManagerIsOnlyLogged() {
    for (String address :
        List.of(directory.resolve("nobody").toString(), "nonsense", "", "/" + "x".repeat(200))) {
      try (LogLines log = new LogLines("jpm.os")) {
        new SystemdNotifier(address).sendState("READY=1\n");
        assertThat(log.all())
            .singleElement()
            .asString()
            .startsWith("WARNING ")
            .contains("NOTIFY_SOCKET=" + address);
      }
    }
  }
}
