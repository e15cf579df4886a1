package io.jpm.os.linux.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.linux.DatagramReceiver;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.libc.UnixAddress;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LinuxSystemLogTest {
  @TempDir Path directory;
  private final LinuxSystemLog log = new LinuxSystemLog();

  private Optional<String> send(String address) {
    return log.send(address, "<85>1 - äö".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void messagesAreSentToPathAndAbstractSockets() throws IOException {
    for (String address :
        List.of(directory.resolve("log").toString(), "@jpm-test-" + UUID.randomUUID())) {
      try (var datagramReceiver = new DatagramReceiver(address)) {
        assertThat(send(address)).isEmpty();
        Eventually.await(
            "the message has arrived",
            Duration.ofSeconds(30),
            () -> datagramReceiver.letters().equals(List.of("<85>1 - äö")),
            datagramReceiver::letters);
      }
    }
  }

  @Test
  void fullReceiverDoesNotBlock() throws IOException {
    String address = "@jpm-test-" + UUID.randomUUID();
    int deaf = Libc.datagramSocket();
    assertThat(deaf).isNotNegative();
    try (var arena = Arena.ofConfined()) {
      assertThat(SocketCalls.bind(deaf, UnixAddress.encode(arena, address).orElseThrow())).isZero();
      Optional<String> why = Optional.empty();
      for (int i = 0; i < 10_000 && why.isEmpty(); i++) {
        why = send(address);
      }
      assertThat(why).isPresent();
    } finally {
      Libc.close(deaf);
    }
  }

  @Test
  void sendFailureHasAReason() {
    for (String address :
        List.of(directory.resolve("nobody").toString(), "nonsense", "", "/" + "x".repeat(200))) {
      assertThat(send(address)).as(address).isPresent();
    }
  }
}
