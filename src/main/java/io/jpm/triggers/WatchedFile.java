package io.jpm.triggers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A single watched file, such as a program or a jar. A change is reported when the content is
/// different and complete. It is complete if the file was not written to during the quiet period
/// and, if it has the extension of an archive, is a valid archive. If the file is missing, the
/// watch waits until it exists again.
final class WatchedFile implements WatchedContent {
  /// The maximum size of files whose contents are compared, in bytes. Larger files are compared
  /// only by size and modification time.
  static final long MOST_READ = 64L << 20;

  private final Path file;
  private final ChangeListener changeListener;
  private Optional<Content> running;
  private Optional<FileStamp> seen;
  private Optional<Path> target = Optional.empty();

  /// @param fresh whether the file was missing before, so that its content counts as changed
  /// @param since a file written after this time counts as changed
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
    /// The file is still being written. The caller must check again later.
    UNSETTLED
  }

  private record Content(long size, long fingerprint) {}

  /// Compares the file after a quiet period. [ContentChange#CHANGED] is returned once for each
  /// change.
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

  /// Reports whether the file is complete. Only archives are checked: a partial copy lacks the
  /// central directory, which is at the end.
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
          "watch: %s is not a complete archive; waiting until it is complete".formatted(file));
    }
    return whole;
  }

  /// Returns the stamp of the file; empty if it is missing, or if it is not a regular file, such as
  /// a pipe or a device.
  private Optional<FileStamp> look() {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        changeListener.trouble(
            "irregular " + file,
            "watch: %s is not a regular file; waiting until a regular file replaces it"
                .formatted(file));
        return Optional.empty();
      }
      return Optional.of(FileStamp.of(file));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /// Returns the size and checksum of the file. CRC32C detects accidental changes and is fast
  /// enough for use at the start of an app.
  private Content content(FileStamp fileStamp) {
    if (fileStamp.size() > MOST_READ) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
    var sum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileChannel open = changeListener.open(file)) {
      // If the file grows while it is being read, its size differs in the next comparison.
      while (open.position() <= MOST_READ && open.read(buffer) >= 0) {
        sum.update(buffer.flip());
        buffer.clear();
      }
      return new Content(fileStamp.size(), sum.getValue());
    } catch (IOException unreadable) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
  }

  /// If the path is a symbolic link, also listens to the directory of its target, because that
  /// directory reports writes to the file.
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
