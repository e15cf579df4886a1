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

/// `events/numbers`: records which numbers are in use where the ring alone cannot tell. One line of
/// fixed length, overwritten in place, which works on a full disk too. Blocking.
final class SequenceFile {
  /// How many numbers are skipped after a crash of the machine: more than the events between two
  /// flushes to the disk, however slow it is.
  static final long LEAP = 100_000;

  private static final Pattern LINE =
      Pattern.compile("([0-9]{16}) (open |clean) ([0-9A-Za-z-]{0,40}) *\\R?");

  private final Path file;

  SequenceFile(Path folder) {
    this.file = folder.resolve("numbers");
  }

  /// The record that the previous daemon left.
  ///
  /// @param lastReserved all numbers up to this one are in use
  /// @param clean whether that daemon shut down regularly, with everything on the disk
  /// @param boot the kernel's boot id at that time; empty if there was none
  record Checkpoint(long lastReserved, boolean clean, String boot) {}

  /// Returns the first number that no client can have seen.
  ///
  /// After a crash of the machine the ring may lack its last second: the numbers that may have been
  /// assigned then are skipped.
  ///
  /// @param last the last number in the ring; 0 if it is empty
  /// @param mark the record of the previous daemon; empty if there is none, or it is damaged
  /// @param boot the present boot id
  static long firstFree(long last, Optional<Checkpoint> mark, String boot) {
    if (mark.isEmpty()) {
      return last == 0 ? 1 : last + LEAP + 1;
    }
    long taken = Math.max(last, mark.get().lastReserved());
    boolean sure = mark.get().clean() || mark.get().boot().equals(boot);
    return sure ? taken + 1 : taken + LEAP + 1;
  }

  /// Returns the record; empty if there is none, or it is damaged.
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
  /// @param force whether to wait for the disk
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
