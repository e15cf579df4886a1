package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Compares a text with its file under `src/test/resources/golden/console`. With
/// `-Djpm.golden.write=true` it writes the file instead.
public final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden/console");

  private Golden() {}

  public static void check(String name, String actual) {
    Path file = FOLDER.resolve(name + ".txt");
    try {
      if (Boolean.getBoolean("jpm.golden.write")) {
        Files.createDirectories(FOLDER);
        Files.writeString(file, actual);
      }
      assertThat(actual).isEqualTo(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
