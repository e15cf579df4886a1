package io.jpm.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.AfterEach;

/// A test with a home of its own, which ends with all that runs in it.
abstract class InOwnHome {
  final Jpm jpm;

  InOwnHome() {
    try {
      jpm = new Jpm();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  final void nothingIsLeft() throws IOException {
    jpm.close();
  }
}
