package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Compares `docs/jpm.1` with the page generated from the catalogue. With `-Djpm.golden.write=true`
/// the test writes the page.
class ManualPageTest {
  private static final Path PAGE = Path.of("docs/jpm.1");

  @Test
  void pageEqualsTheTextGeneratedFromTheCatalogue() throws IOException {
    String page = ManualPage.text();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
    assertThat(page.chars()).allMatch(c -> c < 128);
  }

  @Test
  @Needs(Need.GROFF)
  void groffReportsNoWarnings() throws Exception {
    Process groff =
        new ProcessBuilder("groff", "-man", "-Tascii", "-ww", "-z")
            .redirectErrorStream(true)
            .start();
    try (var page = groff.outputWriter()) {
      page.write(ManualPage.text());
    }
    String said = new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(groff.waitFor()).isZero();
    assertThat(said).isEmpty();
  }
}
