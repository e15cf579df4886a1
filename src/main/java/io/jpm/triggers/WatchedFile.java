package io.jpm.triggers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.ZipFile;

/// One file: a program, a jar. It counts as changed when its content is another one and it is whole
/// again: nothing was written to it for the whole quiet time, and what is named like an archive can
/// be opened as one. While it is missing, its replacement is waited for.
final class WatchedFile implements WatchedContent {
  /// Larger files are compared by size and time only.
  static final long MOST_READ = 64L << 20;

  private final Path file;
  private final Notices notices;
  private Optional<Content> running;
  private Optional<Stamp> seen;
  private Optional<Path> target = Optional.empty();

  /// @param fresh whether it was missing before
  /// @param since what was written after that is a change already
  WatchedFile(Path file, boolean fresh, Instant since, Notices notices) {
    this.file = file;
    this.notices = notices;
    this.seen = look();
    boolean other = fresh || seen.filter(stamp -> stamp.isWrittenAfter(since, file)).isPresent();
    this.running = other ? Optional.empty() : seen.map(this::content);
    listenToTarget();
    if (other) {
      notices.maybeChanged();
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
    Optional<Stamp> now = look();
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
    try (ZipFile _ = new ZipFile(file.toFile())) {
      return true;
    } catch (IOException half) {
      notices.trouble(
          "half " + file,
          "watch: %s is not a whole archive: waiting for the rest of it".formatted(file));
      return false;
    }
  }

  private Optional<Stamp> look() {
    try {
      return Optional.of(Stamp.of(file));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  /// A checksum finds whatever was not made to deceive it, at a speed that a start can bear.
  private Content content(Stamp stamp) {
    if (stamp.size() > MOST_READ) {
      return new Content(stamp.size(), stamp.modifiedNanos());
    }
    var sum = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        sum.update(buffer, 0, read);
      }
      return new Content(stamp.size(), sum.getValue());
    } catch (IOException unreadable) {
      return new Content(stamp.size(), stamp.modifiedNanos());
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
    target.map(Path::getParent).ifPresent(directory -> notices.listen(directory, this));
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
    Optional<Stamp> now = look();
    if (!now.equals(seen)) {
      seen = now;
      notices.maybeChanged();
    }
  }

  @Override
  public void gone() {
    seen = Optional.empty();
  }

  @Override
  public void close() {
    target.map(Path::getParent).ifPresent(directory -> notices.forget(directory, this));
  }

  private String name() {
    return String.valueOf(file.getFileName());
  }

  @Override
  public String toString() {
    return name();
  }
}
