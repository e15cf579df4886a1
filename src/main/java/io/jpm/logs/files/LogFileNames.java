package io.jpm.logs.files;

import io.jpm.model.text.Sha256;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// Builds and parses the names of the files that belong to a log file.
///
/// `web-out.log` is rotated to `web-out__2026-11-21_13-20-39.123Z.log` (the time is in UTC); the
/// compressed file has the same name with `.gz` appended. The time index in the home records when
/// the bytes of a log file were captured: `times/<key>.times` for the active file,
/// `times/<key>__<time>.times` for a rotated file.
public final class LogFileNames {
  private static final String EXTENSION = ".log";
  private static final String PACKED = ".gz";
  private static final String TIMES = ".times";
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd_HH-mm-ss.SSSX").withZone(ZoneOffset.UTC);

  private LogFileNames() {}

  /// Returns the path of `log` after a rotation at the time `at`.
  public static Path rotated(Path log, Instant at) {
    String name = String.valueOf(log.getFileName());
    return log.resolveSibling(stem(name) + "__" + MOMENT.format(at) + extension(name));
  }

  /// Returns the path of the compressed form of a rotated file.
  public static Path compressed(Path rotated) {
    return rotated.resolveSibling(rotated.getFileName() + PACKED);
  }

  /// Reports whether a rotated file is compressed.
  public static boolean isCompressed(Path rotated) {
    return rotated.toString().endsWith(PACKED);
  }

  /// Returns the rotation time in the name of a rotated file of `log`, compressed or not; empty if
  /// `name` is not the name of such a file.
  public static Optional<Instant> rotationTime(Path log, String name) {
    return parse(name)
        .filter(rotatedName -> rotatedName.log().equals(String.valueOf(log.getFileName())))
        .map(RotatedName::at);
  }

  /// Returns the path of the active log file to which `file` belongs: `file` itself or, for a
  /// rotated file, its path before the rotation.
  public static Path activeFileOf(Path file) {
    Path name = file.getFileName();
    return name == null
        ? file
        : parse(name.toString()).map(rotated -> file.resolveSibling(rotated.log())).orElse(file);
  }

  /// The parts of a rotated file's name.
  ///
  /// @param log the name of the log file before the rotation
  /// @param at the rotation time
  public record RotatedName(String log, Instant at) {}

  /// Parses the name of a rotated file, compressed or not. Returns empty if `name` is not the name
  /// of a rotated file.
  public static Optional<RotatedName> parse(String name) {
    String plain =
        name.endsWith(PACKED) ? name.substring(0, name.length() - PACKED.length()) : name;
    String extension = extension(plain);
    int end = plain.length() - extension.length();
    int mark = plain.lastIndexOf("__", end);
    if (mark < 1) {
      return Optional.empty();
    }
    try {
      Instant at = MOMENT.parse(plain.substring(mark + 2, end), Instant::from);
      return Optional.of(new RotatedName(plain.substring(0, mark) + extension, at));
    } catch (DateTimeParseException anotherFile) {
      return Optional.empty();
    }
  }

  /// Returns the path of the time index of the active log file `log`.
  public static Path timeIndex(Path home, Path log) {
    return home.resolve("times").resolve(key(log) + TIMES);
  }

  /// Returns the path of the time index of the rotated file into which `log` was moved at the time
  /// `at`.
  public static Path timeIndex(Path home, Path log, Instant at) {
    return home.resolve("times").resolve(key(log) + "__" + MOMENT.format(at) + TIMES);
  }

  /// The parts of the name of a rotated file's time index.
  ///
  /// @param key identifies the path of the log ([#key]), the same for all its time indexes
  /// @param at the rotation time
  public record TimeIndexName(String key, Instant at) {}

  /// Parses the name of a rotated file's time index. Returns empty if `name` is not the name of
  /// such an index.
  public static Optional<TimeIndexName> parseTimeIndex(String name) {
    int mark = name.indexOf("__");
    if (mark < 1 || !name.endsWith(TIMES)) {
      return Optional.empty();
    }
    try {
      String moment = name.substring(mark + 2, name.length() - TIMES.length());
      return Optional.of(
          new TimeIndexName(name.substring(0, mark), MOMENT.parse(moment, Instant::from)));
    } catch (DateTimeParseException anotherFile) {
      return Optional.empty();
    }
  }

  /// Returns the key that represents the path of `log` in the names of its time indexes.
  public static String key(Path log) {
    return Sha256.hex(log.toAbsolutePath().normalize().toString(), 8);
  }

  private static String stem(String name) {
    return name.endsWith(EXTENSION) ? name.substring(0, name.length() - EXTENSION.length()) : name;
  }

  private static String extension(String name) {
    return name.endsWith(EXTENSION) ? EXTENSION : "";
  }
}
