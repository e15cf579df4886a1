package io.jpm.os;

import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.text.EnvFileText;
import io.jpm.model.text.SurrogateEscape;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Reads the env files that an app names (`env_file`). Their values are confidential: only
/// processes of the app receive them, and error messages never contain them.
public final class EnvFileReader {
  private static final int MOST_BYTES = 1 << 20;

  private EnvFileReader() {}

  /// Returns the variables in all env files of `spec`; later files override earlier ones. Blocks.
  ///
  /// @param access reads the files with the credentials of the app's user
  /// @throws IOException with a message for the user that names the file and the problem
  public static Map<String, String> read(AppSpec spec, AppAccess access) throws IOException {
    Map<String, String> variables = new HashMap<>();
    for (EnvFile file : spec.variables().referred().files()) {
      add(file, spec, access, variables);
    }
    return variables;
  }

  private static void add(
      EnvFile file, AppSpec spec, AppAccess access, Map<String, String> variables)
      throws IOException {
    byte[] bytes;
    try {
      bytes = access.read(file.path(), MOST_BYTES, spec.runAs());
    } catch (NoSuchFileException absent) {
      if (file.optional()) {
        return;
      }
      throw new IOException(
          "env_file %1$s does not exist: create it, or write \"%1$s?\" if it is optional"
              .formatted(file.path()),
          absent);
    } catch (IOException error) {
      throw new IOException("env_file " + file.path() + " " + error.getMessage(), error);
    }
    Map<String, String> declared = spec.variables().declared();
    Map<String, String> others = spec.variables().effective();
    EnvFileText.Outcome read =
        EnvFileText.parse(
            SurrogateEscape.fromBytes(bytes),
            name ->
                Optional.ofNullable(declared.get(name))
                    .or(() -> Optional.ofNullable(variables.get(name)))
                    .or(() -> Optional.ofNullable(others.get(name))));
    if (!read.mistakes().isEmpty()) {
      EnvFileText.Mistake first = read.mistakes().getFirst();
      throw new IOException(
          "env_file %s:%d %s".formatted(file.path(), first.line(), first.message()));
    }
    variables.putAll(read.variables());
  }
}
