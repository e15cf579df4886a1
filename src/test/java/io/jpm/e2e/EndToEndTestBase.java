package io.jpm.e2e;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A test with a home of its own. After the test, everything that runs in this home is ended.
abstract class EndToEndTestBase {
  Jpm jpm;

  /// Not in a field initializer: an instance of the class is also created for a test that is
  /// skipped.
  @BeforeEach
  final void createHome() throws IOException {
    jpm = new Jpm();
  }

  @AfterEach
  final void closeHome() throws IOException {
    jpm.close();
  }
}
