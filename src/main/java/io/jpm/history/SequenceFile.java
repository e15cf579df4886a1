package io.jpm.history;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The file `events/numbers`, which records the last number in use, because the ring may not
/// contain every number. It consists of one line of fixed length that is overwritten in place,
/// which works even on a full disk. Blocking.
final class SequenceFile {
  /// How many numbers are skipped after a crash of the machine. Must exceed the number of events
  /// between two flushes to disk, however slow the disk is.
  static final long LEAP = 100_000;

  private static final Pattern LINE =
      Pattern.compile("([0-9]{16}) (open |clean) ([0-9A-Za-z-]{0,40}) *\\R?");

  private final Path file;

  SequenceFile(Path folder) {
    this.file = folder.resolve("numbers");
  }

  /// The record left by the previous daemon.
  ///
  /// @param lastReserved all numbers up to this one are in use
  /// @param clean whether that daemon shut down regularly, with all data on disk
  /// @param boot the kernel's boot id at that time; empty if it was unknown
  record Checkpoint(long lastReserved, boolean clean, String boot) {}

  /// Returns the first number that no client can have seen.
  ///
  /// After a crash of the machine, the events of the last second may be missing from the ring, so
  /// the numbers that may have been assigned to them are skipped.
  ///
  /// @param last the last number in the ring; 0 if it is empty
  /// @param mark the record left by the previous daemon; empty if there is none or it is damaged
  /// @param boot the current boot id
  static long firstFree(long last, Optional<Checkpoint> mark, String boot) {
    if (mark.isEmpty()) {
      return last == 0 ? 1 : last + LEAP + 1;
    }
    long taken = Math.max(last, mark.get().lastReserved());
    boolean sure = mark.get().clean() || mark.get().boot().equals(boot);
    return sure ? taken + 1 : taken + LEAP + 1;
  }

  /// Returns the record; empty if there is none or it is damaged.
  Optional<Checkpoint> read() throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    }
    Matcher line = LINE.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    return line.matches() && Long.parseLong(line.group(1)) < EventSegment.END_OF_NUMBERS
        ? Optional.of(
            new Checkpoint(
                Long.parseLong(line.group(1)), line.group(2).equals("clean"), line.group(3)))
        : Optional.empty();
  }

  /// Overwrites the record with `mark`.
  ///
  /// @param force whether to wait until the record is on disk
  void write(Checkpoint mark, boolean force) throws IOException {
    String line =
        "%016d %-5s %-40s\n"
            .formatted(mark.lastReserved(), mark.clean() ? "clean" : "open", mark.boot());
    try (FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE),
            AppenderFactory.OWNER_ONLY)) {
      ByteBuffer bytes = StandardCharsets.US_ASCII.encode(line);
      for (int at = 0; bytes.hasRemaining(); ) {
        at += channel.write(bytes, at);
      }
      if (channel.size() > line.length()) {
        channel.truncate(line.length());
      }
      if (force) {
        channel.force(false);
      }
    }
  }
}
