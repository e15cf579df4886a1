package io.jpm.logs.write;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.LogFileSystem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

/// A real disk that freezes or is full when a test requests it. Time index files are not affected.
final class FaultyLogDisk implements LogFileSystem {
  private final LogFileSystem disk;

  /// Each append waits for this latch.
  private final AtomicReference<CountDownLatch> frozen =
      new AtomicReference<>(new CountDownLatch(0));

  /// The number of bytes that can still be written.
  final AtomicLong freeBytes = new AtomicLong(Long.MAX_VALUE / 2);

  /// The number of bytes that each deleted file frees.
  volatile long freedPerDeletion;

  /// No file in this directory can be deleted.
  volatile Path undeletable = Path.of("/nowhere");

  /// Whether appends are cut short.
  volatile boolean cutsAppends;

  FaultyLogDisk(LogFileSystem disk) {
    this.disk = disk;
  }

  void freeze() {
    frozen.set(new CountDownLatch(1));
  }

  void thaw() {
    frozen.get().countDown();
  }

  @Override
  public AppendFile open(Path file, RunAs owner) throws IOException {
    AppendFile real = disk.open(file, owner);
    return file.toString().endsWith(".times") ? real : new FaultyFile(real);
  }

  private final class FaultyFile implements AppendFile {
    private final AppendFile real;

    FaultyFile(AppendFile real) {
      this.real = real;
    }

    @Override
    public AppendResult append(List<ByteBuffer> bytes) {
      try {
        frozen.get().await();
      } catch (InterruptedException broken) {
        throw new AssertionError(broken);
      }
      if (!real.isRegular()) {
        return real.append(bytes);
      }
      int asked = LineBreaks.bytes(bytes);
      int possible = Math.clamp(freeBytes.get(), 0, asked);
      int count = cutsAppends && possible > 1 ? possible / 2 : possible;
      if (count == 0) {
        return new AppendResult(0, Problem.FULL);
      }
      AppendResult done = real.append(LineBreaks.first(bytes, count));
      freeBytes.addAndGet(-done.bytes());
      return done;
    }

    @Override
    public Key key() {
      return real.key();
    }

    @Override
    public boolean isRegular() {
      return real.isRegular();
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public long allocated() throws IOException {
      return real.allocated();
    }

    @Override
    public int lastByte() throws IOException {
      return real.lastByte();
    }

    @Override
    public void truncate(long size) throws IOException {
      freeBytes.addAndGet(Math.max(0, real.size() - size));
      real.truncate(size);
    }

    @Override
    public boolean isInPlace() {
      return real.isInPlace();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Override
  public FileChannel read(Path file, RunAs owner) throws IOException {
    return disk.read(file, owner);
  }

  @Override
  public FileChannel create(Path file, RunAs owner) throws IOException {
    return disk.create(file, owner);
  }

  @Override
  public void rename(Path from, Path to, RunAs owner) throws IOException {
    disk.rename(from, to, owner);
  }

  @Override
  public void delete(Path file, RunAs owner) throws IOException {
    if (file.startsWith(undeletable)) {
      throw new IOException("cannot remove " + file + ": permission denied");
    }
    disk.delete(file, owner);
    freeBytes.addAndGet(freedPerDeletion);
  }

  @Override
  public List<Entry> list(Path folder, RunAs owner, Predicate<String> wanted) throws IOException {
    return disk.list(folder, owner, wanted);
  }

  @Override
  public Space space(Path path) throws IOException {
    return disk.space(path);
  }
}
