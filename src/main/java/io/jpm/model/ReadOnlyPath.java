package io.jpm.model;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// A file or directory that is read-only for an app. A directory includes its whole content.
///
/// @param path the absolute path, without `.` and `..`
/// @param optional whether the app starts even if the path does not exist
public record ReadOnlyPath(Path path, boolean optional) {
  private static final String MARK = "-";

  public ReadOnlyPath {
    if (!path.isAbsolute() || !path.equals(path.normalize())) {
      throw new IllegalArgumentException(path + " is not an absolute path without . and ..");
    }
  }

  /// Parses `/path`, or `-/path` for an optional path, as in systemd. Returns empty if `text` has
  /// neither form.
  public static Optional<ReadOnlyPath> parse(String text) {
    boolean optional = text.startsWith(MARK);
    try {
      Path path = Path.of(optional ? text.substring(MARK.length()) : text);
      return path.isAbsolute() && path.equals(path.normalize())
          ? Optional.of(new ReadOnlyPath(path, optional))
          : Optional.empty();
    } catch (InvalidPathException noPath) {
      return Optional.empty();
    }
  }

  /// Returns the path as it is written in process files: `/path` or `-/path`.
  @Override
  public String toString() {
    return optional ? MARK + path : path.toString();
  }
}
