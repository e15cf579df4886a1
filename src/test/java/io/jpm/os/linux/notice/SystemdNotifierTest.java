package io.jpm.os.linux.notice;

import io.jpm.os.linux.Mailbox;
import io.jpm.testing.Eventually;
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
  void speaksToASocketWithAPath() throws IOException {
    arrives(directory.resolve("notify äö").toString());
  }

  @Test
  void speaksToASocketWithoutAFile() throws IOException {
    arrives("@jpm-test-" + UUID.randomUUID());
  }

  private static void arrives(String address) throws IOException {
    try (Mailbox mailbox = new Mailbox(address)) {
      var notifier = new SystemdNotifier(address);
      notifier.say("READY=1\nSTATUS=fine\n");
      notifier.say("WATCHDOG=1\n");
      Eventually.await(
          "both messages have arrived",
          Duration.ofSeconds(30),
          () -> mailbox.letters().equals(List.of("READY=1 STATUS=fine", "WATCHDOG=1")),
          mailbox::letters);
    }
  }

  /// The daemon must not end because its service manager has ended.
  @Test
  void whoeverCannotBeReachedIsNoFailure() {
    for (String address :
        List.of(directory.resolve("nobody").toString(), "nonsense", "", "/" + "x".repeat(200))) {
      new SystemdNotifier(address).say("READY=1\n");
    }
  }
}
