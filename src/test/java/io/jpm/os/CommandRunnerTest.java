package io.jpm.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommandRunnerTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /// A process that has exited with code 0 and whose output cannot be read.
  private static final class Unreadable extends Process {
    @Override
    public InputStream getInputStream() {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          throw new IOException("Input/output error");
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
          throw new IOException("Input/output error");
        }
      };
    }

    @Override
    public InputStream getErrorStream() {
      return InputStream.nullInputStream();
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }

    @Override
    public int waitFor() {
      return 0;
    }

    @Override
    public int exitValue() {
      return 0;
    }

    @Override
    public void destroy() {
      throw new AssertionError("the process has exited");
    }
  }

  @Test
  void outputThatCannotBeReadIsAFailure() {
    assertThatThrownBy(() -> CommandRunner.output(new Unreadable(), LIMIT, 100))
        .isInstanceOf(IOException.class)
        .hasMessage("printed output that the daemon could not read: Input/output error");
  }

  @Test
  void refusedSpawnIsReportedWithItsReason() {
    var launch =
        new AppAccess.Launch(List.of("/bin/true"), Path.of("/"), Map.of("PATH", "/usr/bin:/bin"));
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> CommandRunner.output(launch, LIMIT, 100))
          .hasMessage(
              "cannot be run: the daemon cannot start a process, because it is shutting down");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
