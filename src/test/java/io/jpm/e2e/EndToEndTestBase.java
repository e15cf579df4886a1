package io.jpm.e2e;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/// A test with a home of its own. After the test, everything that runs in this home is ended.
public abstract class EndToEndTestBase {
  /// The product in the home of this test; a new one for each test method.
  protected Jpm jpm;

  /// Creates the home. Not in a field initializer: an instance of the class is also created for a
  /// test that is skipped.
  @BeforeEach
  protected final void createHome() throws IOException {
    jpm = new Jpm();
  }

  /// Ends the processes of the home, and fails if one is left.
  @AfterEach
  protected final void closeHome() throws IOException {
    jpm.close();
  }
}
