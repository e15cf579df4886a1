package io.jpm.os;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Runs a short command and returns what it prints. The calls block.
public final class CommandRunner {
  private static final Executor VIRTUAL = Thread::startVirtualThread;
  private static final File NOTHING = new File("/dev/null");

  private CommandRunner() {}

  /// Returns the bytes that `launch` prints on standard output if it ends with exit code 0. Its
  /// standard error is discarded.
  ///
  /// @param launch the program with its arguments, which no shell interprets, and all of its
  ///   variables
  /// @param limit time limit for the output, and again for the exit after it; when it is exceeded,
  ///   the program is killed with all of its descendants, if it is still running
  /// @param most maximum number of bytes that the program may print
  /// @throws IOException with a message that has no subject and contains nothing of the output
  public static byte[] output(AppAccess.Launch launch, Duration limit, int most)
      throws IOException {
    Process process = begun(launch);
    CompletableFuture<byte[]> output =
        CompletableFuture.supplyAsync(() -> bytes(process.getInputStream(), most + 1), VIRTUAL);
    try {
      byte[] bytes = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (bytes.length > most) {
        throw new IOException("printed more than " + most + " bytes");
      }
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw tooLong(limit);
      }
      if (process.exitValue() != 0) {
        throw new IOException("ended with exit code " + process.exitValue());
      }
      return bytes;
    } catch (TimeoutException _) {
      throw tooLong(limit);
    } catch (ExecutionException e) {
      throw new IOException("printed output that could not be read", e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new IOException("was ended because the daemon is stopping");
    } finally {
      killTree(process);
    }
  }

  private static Process begun(AppAccess.Launch launch) throws IOException {
    try {
      ProcessBuilder builder = launch.builder().redirectInput(NOTHING).redirectError(NOTHING);
      return SpawnLock.runExclusively(() -> InheritedLimits.start(builder));
    } catch (IOException e) {
      throw new IOException(
          Files.isDirectory(launch.directory())
              ? "cannot be run" + reason(String.valueOf(e.getMessage()))
              : "cannot be run: the directory " + launch.directory() + " does not exist",
          e);
    }
  }

  /// Returns the reason given by the system, from a message that ends in `error: 2 (No such file or
  /// directory)`.
  private static String reason(String sentence) {
    int begin = sentence.lastIndexOf('(');
    int end = sentence.lastIndexOf(')');
    return begin < 0 || end < begin ? "" : ": " + sentence.substring(begin + 1, end);
  }

  private static IOException tooLong(Duration limit) {
    return new IOException("took longer than %s s".formatted(limit.toMillis() / 1_000.0));
  }

  /// Kills `process` and all of its descendants, if `process` is still running.
  public static void killTree(Process process) {
    if (process.isAlive()) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /// Returns the first `most` bytes.
  private static byte[] bytes(InputStream in, int most) {
    var bytes = new ByteArrayOutputStream();
    try (in) {
      bytes.writeBytes(in.readNBytes(most));
    } catch (IOException _) {
      return bytes.toByteArray(); // the process was killed, and the caller reports that
    }
    return bytes.toByteArray();
  }
}
