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

/// Releases memory to the kernel that the JVM needed only for its startup: free memory of malloc,
/// and unchanged pages of mapped code and class data. This is about half of the resident memory of
/// a small daemon. If such a page is needed again, a minor fault maps it from the page cache.
final class MemoryTrimmer {
  /// A header line of `proc_pid_smaps(5)`, such as `7f47bf6e3000-7f47c0770000 r-xp 00000000 08:01
  /// 123 /usr/lib/libjvm.so`.
  private static final Pattern MAPPING =
      Pattern.compile("([0-9a-f]+)-([0-9a-f]+) (\\S{4}) \\S+ \\S+ [1-9][0-9]* +/.*");

  private MemoryTrimmer() {}

  private record Mapping(long start, long bytes) {}

  /// Trims malloc and drops the unchanged pages of all read-only file mappings.
  static void release() throws IOException {
    Libc.trimMalloc();
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/smaps"))) {
      Optional<Mapping> mapping = Optional.empty();
      for (String line : (Iterable<String>) lines::iterator) {
        Matcher header = MAPPING.matcher(line);
        if (header.matches()) {
          mapping = mapping(header);
        } else if (line.startsWith("Anonymous:")) {
          // A mapping with anonymous pages has been modified; dropping it would lose relocations.
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

  /// Returns the mapping described by a header line if it is private and not writable.
  private static Optional<Mapping> mapping(Matcher header) {
    if (!header.group(3).matches("r-[-x]p")) {
      return Optional.empty();
    }
    long start = Long.parseUnsignedLong(header.group(1), 16);
    return Optional.of(new Mapping(start, Long.parseUnsignedLong(header.group(2), 16) - start));
  }
}
