package io.jpm.console.completion;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Finds the `env_NAME` keys of process files by searching their text. Process files that are
/// scripts are not evaluated, because the user is waiting for the completion.
///
/// @param cwd the caller's directory
record FileVariants(Path cwd) {
  private static final Pattern VARIANT = Pattern.compile("\\benv_([A-Za-z0-9_.-]+)[\"']?\\s*:");
  private static final int MOST_BYTES = 1 << 20;

  /// Returns the NAMEs found in the files among `targets`, without duplicates. Files that are too
  /// large or cannot be read are skipped.
  Completion scan(List<String> targets) {
    return Completion.ofWords(
        List.copyOf(
            targets.stream()
                .flatMap(target -> VARIANT.matcher(text(target)).results())
                .map(found -> found.group(1))
                .filter(name -> !name.equals("file")) // env_file is another attribute
                .collect(Collectors.toCollection(TreeSet::new))));
  }

  private String text(String target) {
    try {
      Path file = cwd.resolve(target);
      return Files.isRegularFile(file) && Files.size(file) <= MOST_BYTES
          ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
          : "";
    } catch (IOException | InvalidPathException noFile) {
      return "";
    }
  }
}
