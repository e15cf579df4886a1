package io.jpm.logs.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The output that has been taken off the pipes and is in no file yet. It lies in memory that
/// outlives the daemon (a mapped file, of the kind that is kept in memory only where there is one),
/// so that the next daemon goes on exactly where a killed one stopped.
///
/// Safe for many threads.
public final class LogMemory implements AutoCloseable {
  /// Opens the memory of a home, or makes it.
  ///
  /// @param home the daemon's home
  /// @param mostBytes how much output may wait, all streams together
  /// @throws IOException with a sentence for the user
  public static LogMemory open(Path home, long mostBytes) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The stream of this name, with whatever a former daemon has left in it.
  ///
  /// @param name the file name of its pipe, at most 200 bytes
  /// @param mostBytes how much of it may wait
  public LogStream stream(String name) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// The names of all streams that are known, those that a former daemon has left too.
  public List<String> names() {
    throw new UnsupportedOperationException();
  }

  /// Changes how much output may wait, all streams together.
  public void resize(long mostBytes) {
    throw new UnsupportedOperationException();
  }

  /// How many bytes wait.
  public long waitingBytes() {
    throw new UnsupportedOperationException();
  }

  /// Lets go of it. Where nothing waits any more it is removed.
  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }
}
