package io.jpm.triggers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A single watched file, such as a program or a jar. It has changed when its content differs and
/// is complete: the file was not written to during the whole quiet period, and a file named like an
/// archive can be read as one. If the file is missing, its replacement is awaited.
final class WatchedFile implements WatchedContent {
  /// Larger files are compared by size and time only.
  static final long MOST_READ = 64L << 20;

  private final Path file;
  private final ChangeListener changeListener;
  private Optional<Content> running;
  private Optional<FileStamp> seen;
  private Optional<Path> target = Optional.empty();

  /// @param fresh whether the file was missing before
  /// @param since a file written later counts as changed
  WatchedFile(Path file, boolean fresh, Instant since, ChangeListener changeListener) {
    this.file = file;
    this.changeListener = changeListener;
    this.seen = look();
    boolean other =
        fresh || seen.filter(fileStamp -> fileStamp.isWrittenAfter(since, file)).isPresent();
    this.running = other ? Optional.empty() : seen.map(this::content);
    listenToTarget();
    if (other) {
      changeListener.maybeChanged();
    }
  }

  /// The result of comparing the file with its last known content after a quiet period.
  enum ContentChange {
    /// The content is unchanged, missing or incomplete.
    SAME,
    CHANGED,
    /// The file is still being written; check again later.
    UNSETTLED
  }

  private record Content(long size, long fingerprint) {}

  /// Compares the file after a quiet period. Each change returns [ContentChange#CHANGED] once.
  ContentChange check() {
    Optional<FileStamp> now = look();
    if (!now.equals(seen)) {
      seen = now;
      return ContentChange.UNSETTLED;
    }
    Optional<Content> content = now.map(this::content);
    if (content.isEmpty() || content.equals(running) || !isWhole()) {
      return ContentChange.SAME;
    }
    if (!look().equals(seen)) {
      return ContentChange.UNSETTLED; // written during the read
    }
    running = content;
    return ContentChange.CHANGED;
  }

  /// Reports whether the file is complete. The central directory of an archive is at its end, so a
  /// partial copy is detected.
  private boolean isWhole() {
    if (!name().matches(".*\\.([jwe]ar|zip)")) {
      return true;
    }
    boolean whole;
    try (FileChannel open = changeListener.open(file)) {
      whole = ArchiveCheck.is(open);
    } catch (IOException unreadable) {
      whole = false;
    }
    if (!whole) {
      changeListener.trouble(
          "half " + file,
          "watch: %s is not a complete archive: waiting for the rest of it".formatted(file));
    }
    return whole;
  }

  /// Returns the stamp of the file; empty if it is missing, or is a pipe or a device, which cannot
  /// be a program.
  private Optional<FileStamp> look() {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        changeListener.trouble(
            "irregular " + file,
            "watch: %s is not a regular file: waiting for one".formatted(file));
        return Optional.empty();
      }
      return Optional.of(FileStamp.of(file));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /// Returns the size and checksum of the file. CRC32C detects every accidental change and is fast
  /// enough for the start of an app.
  private Content content(FileStamp fileStamp) {
    if (fileStamp.size() > MOST_READ) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
    var sum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileChannel open = changeListener.open(file)) {
      // A file that grows during the read has a different size in the next comparison.
      while (open.position() <= MOST_READ && open.read(buffer) >= 0) {
        sum.update(buffer.flip());
        buffer.clear();
      }
      return new Content(fileStamp.size(), sum.getValue());
    } catch (IOException unreadable) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
  }

  /// Also listens to the directory of a link's target, because writes happen there.
  private void listenToTarget() {
    Optional<Path> now = Optional.empty();
    try {
      Path real = file.toRealPath();
      now = real.equals(file) ? Optional.empty() : Optional.of(real);
    } catch (IOException missing) {
      // The target is resolved again when it exists.
    }
    if (!now.equals(target)) {
      close();
      target = now;
    }
    target.map(Path::getParent).ifPresent(directory -> changeListener.listen(directory, this));
  }

  @Override
  public void entryChanged(Path directory, Optional<Path> name) {
    if (name.isEmpty() || target.map(Path::getFileName).equals(name)) {
      rescan();
    }
  }

  @Override
  public void rescan() {
    listenToTarget();
    Optional<FileStamp> now = look();
    if (!now.equals(seen)) {
      seen = now;
      changeListener.maybeChanged();
    }
  }

  @Override
  public void removed() {
    seen = Optional.empty();
  }

  @Override
  public void close() {
    target.map(Path::getParent).ifPresent(directory -> changeListener.forget(directory, this));
  }

  private String name() {
    return String.valueOf(file.getFileName());
  }

  @Override
  public String toString() {
    return name();
  }
}
