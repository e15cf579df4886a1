package io.jpm.triggers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/// One file: a program, a jar. It counts as changed when its content is another one and it is whole
/// again: nothing was written to it for the whole quiet time, and what is named like an archive can
/// be opened as one. While it is missing, its replacement is waited for.
final class WatchedFile implements WatchedContent {
  /// Larger files are compared by size and time only.
  static final long MOST_READ = 64L << 20;

  private final Path file;
  private final ChangeListener changeListener;
  private Optional<Content> running;
  private Optional<FileStamp> seen;
  private Optional<Path> target = Optional.empty();

  /// @param fresh whether it was missing before
  /// @param since what was written after that is a change already
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

  /// What it is when things have become quiet.
  enum Verdict {
    /// As the app has it, or missing, or not whole.
    SAME,
    CHANGED,
    /// It is still being written to: ask again later.
    UNSETTLED
  }

  private record Content(long size, long mark) {}

  /// Asked after a quiet time. [Verdict#CHANGED] is said once for each change.
  Verdict verdict() {
    Optional<FileStamp> now = look();
    if (!now.equals(seen)) {
      seen = now;
      return Verdict.UNSETTLED;
    }
    Optional<Content> content = now.map(this::content);
    if (content.isEmpty() || content.equals(running) || !isWhole()) {
      return Verdict.SAME;
    }
    if (!look().equals(seen)) {
      return Verdict.UNSETTLED; // it was written to while it was read
    }
    running = content;
    return Verdict.CHANGED;
  }

  /// An archive's directory stands at its end.
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
          "watch: %s is not a whole archive: waiting for the rest of it".formatted(file));
    }
    return whole;
  }

  /// A pipe or a device is nothing that a program is in.
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

  /// A checksum finds whatever was not made to deceive it, at a speed that a start can bear.
  private Content content(FileStamp fileStamp) {
    if (fileStamp.size() > MOST_READ) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
    var sum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileChannel open = changeListener.open(file)) {
      // What grows while it is read has another size when it is looked at again.
      while (open.position() <= MOST_READ && open.read(buffer) >= 0) {
        sum.update(buffer.flip());
        buffer.clear();
      }
      return new Content(fileStamp.size(), sum.getValue());
    } catch (IOException unreadable) {
      return new Content(fileStamp.size(), fileStamp.modifiedNanos());
    }
  }

  /// What a link leads to is written to elsewhere.
  private void listenToTarget() {
    Optional<Path> now = Optional.empty();
    try {
      Path real = file.toRealPath();
      now = real.equals(file) ? Optional.empty() : Optional.of(real);
    } catch (IOException missing) {
      // It will be looked for when it is back.
    }
    if (!now.equals(target)) {
      close();
      target = now;
    }
    target.map(Path::getParent).ifPresent(directory -> changeListener.listen(directory, this));
  }

  @Override
  public void seen(Path directory, Optional<Path> name) {
    if (name.isEmpty() || target.map(Path::getFileName).equals(name)) {
      renew();
    }
  }

  @Override
  public void renew() {
    listenToTarget();
    Optional<FileStamp> now = look();
    if (!now.equals(seen)) {
      seen = now;
      changeListener.maybeChanged();
    }
  }

  @Override
  public void gone() {
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
