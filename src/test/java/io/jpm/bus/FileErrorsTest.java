package io.jpm.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import org.junit.jupiter.api.Test;

class FileErrorsTest {
  @Test
  void messageContainsNoClassName() {
    assertThat(FileErrors.of(new AccessDeniedException("/x"))).isEqualTo("Permission denied");
    assertThat(FileErrors.of(new FileSystemException("/x", null, "File too large")))
        .isEqualTo("File too large");
    assertThat(FileErrors.of(new IllegalStateException("no token"))).isEqualTo("no token");
    assertThat(FileErrors.of(new IllegalStateException())).isEqualTo("unknown reason");
    assertThat(FileErrors.of(new UncheckedIOException(new IOException("disk on fire"))))
        .isEqualTo("disk on fire");
  }
}
