package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// `docs/jpm.1` is made of the catalogue: this test compares them, and with
/// `-Djpm.golden.write=true` it writes the page.
class ManualPageTest {
  private static final Path PAGE = Path.of("docs/jpm.1");

  @Test
  void thePageIsWhatTheCatalogueSays() throws IOException {
    String page = ManualPage.text();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
    assertThat(page.chars()).allMatch(c -> c < 128);
  }

  @Test
  @Needs(Need.GROFF)
  void groffHasNothingToSayAboutIt() throws Exception {
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
