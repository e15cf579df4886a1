package io.jpm.history;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// One file of the ring: JSON lines, ascending. Its name is the number of its first event, so that
/// the names alone tell where to look for a number.
///
/// @param first the number of the event it was begun for
/// @param file where it is
record Segment(long first, Path file) {
  /// Numbers from here on are nobody's: JavaScript could not tell them apart.
  static final long END_OF_NUMBERS = 1L << 53;

  private static final Pattern NAME = Pattern.compile("([0-9]{16})\\.jsonl");

  static Segment of(Path folder, long first) {
    return new Segment(first, folder.resolve("%016d.jsonl".formatted(first)));
  }

  /// All that there are, oldest first; whatever else lies in the folder is left alone.
  static List<Segment> in(Path folder) throws IOException {
    List<Segment> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches() && Long.parseLong(name.group(1)) < END_OF_NUMBERS) {
          found.add(new Segment(Long.parseLong(name.group(1)), file));
        }
      });
    } catch (UncheckedIOException error) {
      throw new IOException(error.getCause());
    }
    found.sort(Comparator.comparingLong(Segment::first));
    return found;
  }
}
