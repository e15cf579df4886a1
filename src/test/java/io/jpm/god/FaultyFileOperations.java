package io.jpm.god;

import io.jpm.god.journal.FileCalls;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// File operations of which one fails.
public final class FaultyFileOperations implements FileCalls {
  /// The way in which the chosen call fails.
  public enum Fault {
    /// The call fails and has no effect; later calls succeed.
    FAILS,
    /// The call and all later calls fail: the disk stays full.
    FAILS_FOR_GOOD,
    /// The call takes effect but reports a failure.
    FAILS_AFTERWARDS,
    /// A write accepts half of its bytes. No other error occurs.
    IS_SHORT,
    /// Half of a write reaches the disk, then the disk is full.
    IS_SHORT_AND_FAILS,
    /// The process ends before the call.
    DIES_BEFORE,
    /// The process ends during the call: half of a write is done.
    DIES_IN,
    /// The process ends after the call.
    DIES_AFTER
  }

  /// The process has ended: its later calls have no effect.
  public static final class SimulatedDeath extends Error {
    private static final long serialVersionUID = 1L;
  }

  private final FileCalls real = FileCalls.KERNEL;
  private final Fault fault;
  private final int at;
  private final boolean links;
  private int calls;
  private boolean dead;

  /// @param at the index of the call that fails, from 0
  /// @param links whether the file system supports hard links
  public FaultyFileOperations(Fault fault, int at, boolean links) {
    this.fault = fault;
    this.at = at;
    this.links = links;
  }

  public FaultyFileOperations(Fault fault, int at) {
    this(fault, at, true);
  }

  /// Reports whether there were enough calls for one to fail.
  public boolean isReached() {
    return calls > at;
  }

  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T call(Call<T> whole, Call<T> half) throws IOException {
    if (dead) {
      throw new SimulatedDeath();
    }
    int number = calls++;
    if (number != at && !(number > at && fault == Fault.FAILS_FOR_GOOD)) {
      return whole.run();
    }
    return switch (fault) {
      case FAILS, FAILS_FOR_GOOD -> throw new IOException("No space left on device");
      case FAILS_AFTERWARDS -> {
        whole.run();
        throw new IOException("Input/output error");
      }
      case IS_SHORT -> half.run();
      case IS_SHORT_AND_FAILS -> {
        half.run();
        throw new IOException("No space left on device");
      }
      case DIES_BEFORE -> throw death();
      case DIES_IN -> {
        half.run();
        throw death();
      }
      case DIES_AFTER -> {
        whole.run();
        throw death();
      }
    };
  }

  private SimulatedDeath death() {
    dead = true;
    return new SimulatedDeath();
  }

  /// A call that takes effect completely or not at all.
  private <T> T atomic(Call<T> whole) throws IOException {
    return call(whole, whole);
  }

  @Override
  public boolean exists(Path file) throws IOException {
    return atomic(() -> real.exists(file));
  }

  @Override
  public boolean isSame(Path one, Path other) throws IOException {
    return atomic(() -> real.isSame(one, other));
  }

  @Override
  public byte[] read(Path file) throws IOException {
    return atomic(() -> real.read(file));
  }

  @Override
  public Output create(Path file) throws IOException {
    Output output = atomic(() -> real.create(file));
    return new Output() {
      @Override
      public int write(ByteBuffer bytes) throws IOException {
        return call(() -> output.write(bytes), () -> writeHalf(output, bytes));
      }

      @Override
      public void force() throws IOException {
        atomic(() -> {
          output.force();
          return true;
        });
      }

      @Override
      public void close() throws IOException {
        output.close();
        if (!dead) {
          atomic(() -> true);
        }
      }
    };
  }

  private static int writeHalf(Output output, ByteBuffer bytes) throws IOException {
    ByteBuffer half = bytes.slice(bytes.position(), (bytes.remaining() + 1) / 2);
    int written = output.write(half);
    bytes.position(bytes.position() + written);
    return written;
  }

  @Override
  public void rename(Path file, Path name) throws IOException {
    atomic(() -> {
      real.rename(file, name);
      return true;
    });
  }

  @Override
  public void link(Path file, Path name) throws IOException {
    atomic(() -> {
      if (!links) {
        throw new IOException("Operation not permitted");
      }
      real.link(file, name);
      return true;
    });
  }

  @Override
  public void deleteIfExists(Path file) throws IOException {
    atomic(() -> {
      real.deleteIfExists(file);
      return true;
    });
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    atomic(() -> {
      real.forceDirectory(directory);
      return true;
    });
  }
}
