package io.jpm.os.linux;

import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Gives memory back that the start of the JVM needed and its work does not: code and class data of
/// mapped files, half of a small daemon's resident memory. What is needed again comes back from the
/// page cache with a minor fault.
final class IdleMemory {
  /// `7f47bf6e3000-7f47c0770000 r-xp 00000000 08:01 123 /usr/lib/libjvm.so`, `proc_pid_smaps(5)`.
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ [1-9][0-9]* +/.*");

  private IdleMemory() {}

  private record Mapping(long start, long bytes) {}

  /// Gives back what can be given back.
  static void release() throws IOException {
    Libc.trimMalloc();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
      Optional<Mapping> mapping = Optional.empty();
      for (String line : (Iterable<String>) lines::iterator) {
        Matcher header = MAPPING.matcher(line);
        if (header.matches()) {
          mapping = mapping(header);
        } else if (line.startsWith("Anonymous:")) {
          // Only where nothing was changed: relocated pages would be lost.
          if (line.matches("Anonymous: +0 kB")) {
            mapping.ifPresent(clean -> Libc.dropUnchanged(clean.start(), clean.bytes()));
          }
          mapping = Optional.empty();
        }
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Private mappings that cannot be written to.
  private static Optional<Mapping> mapping(Matcher header) {
    if (!header.group(3).matches("r-[-x]p")) {
      return Optional.empty();
    }
    long start = Long.parseUnsignedLong(header.group(1), 16);
    return Optional.of(new Mapping(start, Long.parseUnsignedLong(header.group(2), 16) - start));
  }
}
