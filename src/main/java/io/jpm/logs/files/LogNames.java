package io.jpm.logs.files;

import io.jpm.model.text.Sha256;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/// The names of the files that belong to a log file.
///
/// `web-out.log` is rotated to `web-out__2026-11-21_13-20-39.123Z.log` (the moment in UTC) and
/// packed to the same with `.gz`. When its bytes were captured stands in the home, in
/// `times/<key>.times`, and for a rotated file in `times/<key>__<moment>.times`.
public final class LogNames {
  private static final String EXTENSION = ".log";
  private static final String PACKED = ".gz";
  private static final String TIMES = ".times";
  private static final DateTimeFormatter MOMENT =
      DateTimeFormatter.ofPattern("uuuu-MM-dd_HH-mm-ss.SSSX").withZone(ZoneOffset.UTC);

  private LogNames() {}

  /// What `log` is called once it has been rotated, `at` that moment.
  public static Path rotated(Path log, Instant at) {
    String name = String.valueOf(log.getFileName());
    return log.resolveSibling(stem(name) + "__" + MOMENT.format(at) + extension(name));
  }

  /// The packed form of a rotated file.
  public static Path packed(Path rotated) {
    return rotated.resolveSibling(rotated.getFileName() + PACKED);
  }

  /// Whether a rotated file is packed.
  public static boolean isPacked(Path rotated) {
    return rotated.toString().endsWith(PACKED);
  }

  /// When the file called `name` was rotated, if it is a rotated file of `log`, packed or not.
  public static Optional<Instant> momentOf(Path log, String name) {
    return parse(name)
        .filter(parsed -> parsed.log().equals(String.valueOf(log.getFileName())))
        .map(Parsed::at);
  }

  /// The log file that `file` is, or was before it was rotated.
  public static Path logOf(Path file) {
    Path name = file.getFileName();
    return name == null
        ? file
        : parse(name.toString()).map(rotated -> file.resolveSibling(rotated.log())).orElse(file);
  }

  /// What the name of a rotated file says.
  ///
  /// @param log the name of the log file it was
  /// @param at when it was rotated
  public record Parsed(String log, Instant at) {}

  /// Takes a rotated file's name apart, packed or not; empty: it is none.
  public static Optional<Parsed> parse(String name) {
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
      return Optional.of(new Parsed(plain.substring(0, mark) + extension, at));
    } catch (DateTimeParseException anotherFile) {
      return Optional.empty();
    }
  }

  /// Where the times of `log` stand.
  public static Path times(Path home, Path log) {
    return home.resolve("times").resolve(key(log) + TIMES);
  }

  /// Where the times of `log` stand that was rotated `at` that moment.
  public static Path times(Path home, Path log, Instant at) {
    return home.resolve("times").resolve(key(log) + "__" + MOMENT.format(at) + TIMES);
  }

  /// Of which log and rotated file a file of times is.
  ///
  /// @param key stands for the log's path, the same in all its times ([#times])
  /// @param at when it was rotated
  public record TimesName(String key, Instant at) {}

  /// Takes the name of the times of a rotated file apart; empty: it is none.
  public static Optional<TimesName> parseTimes(String name) {
    int mark = name.indexOf("__");
    if (mark < 1 || !name.endsWith(TIMES)) {
      return Optional.empty();
    }
    try {
      String moment = name.substring(mark + 2, name.length() - TIMES.length());
      return Optional.of(
          new TimesName(name.substring(0, mark), MOMENT.parse(moment, Instant::from)));
    } catch (DateTimeParseException anotherFile) {
      return Optional.empty();
    }
  }

  /// What stands for the path of `log` in the names of its times.
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
