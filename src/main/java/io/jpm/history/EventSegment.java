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

/// One file of the ring, which contains events as JSON lines, in ascending order. The file is named
/// after the number of its first event, so that a number can be located by file names alone.
///
/// @param first the number of the event for which the file was created
/// @param file the path of the file
record EventSegment(long first, Path file) {
  /// The upper bound of numbers, exclusive: JavaScript cannot represent larger integers exactly.
  static final long END_OF_NUMBERS = 1L << 53;

  private static final Pattern NAME = Pattern.compile("([0-9]{16})\\.jsonl");

  static EventSegment of(Path folder, long first) {
    return new EventSegment(first, folder.resolve("%016d.jsonl".formatted(first)));
  }

  /// Returns all segments, oldest first. Other files in the directory are ignored.
  static List<EventSegment> in(Path folder) throws IOException {
    List<EventSegment> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.forEach(file -> {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches() && Long.parseLong(name.group(1)) < END_OF_NUMBERS) {
          found.add(new EventSegment(Long.parseLong(name.group(1)), file));
        }
      });
    } catch (UncheckedIOException error) {
      throw new IOException(error.getCause());
    }
    found.sort(Comparator.comparingLong(EventSegment::first));
    return found;
  }
}
