package io.jpm.model;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// A file or directory that an app may not change, with all that is below it.
///
/// @param path absolute, without `.` and `..`
/// @param optional whether the app is started where it does not exist
public record ReadOnlyPath(Path path, boolean optional) {
  private static final String MARK = "-";

  public ReadOnlyPath {
    if (!path.isAbsolute() || !path.equals(path.normalize())) {
      throw new IllegalArgumentException(path + " is not absolute, or has . or .. in it");
    }
  }

  /// Reads `/path`, or `-/path` for one that need not exist, as systemd writes it; empty where
  /// `text` is neither.
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

  /// As it is written in a process file.
  @Override
  public String toString() {
    return optional ? MARK + path : path.toString();
  }
}
