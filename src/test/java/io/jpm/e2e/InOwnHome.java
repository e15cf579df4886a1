package io.jpm.e2e;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A test with a home of its own, which ends with all that runs in it.
abstract class InOwnHome {
  Jpm jpm;

  /// Not earlier: an instance of the class is made for a test that is skipped too.
  @BeforeEach
  final void aNewHome() throws IOException {
    jpm = new Jpm();
  }

  @AfterEach
  final void nothingIsLeft() throws IOException {
    jpm.close();
  }
}
