package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The IPC channel over which jpm sends commands to the process ([AgentCommandParser]). All other
/// messages are ignored.
final class AgentChannel {
  /// The file descriptor of the channel.
  static final int DESCRIPTOR = 3;

  private static final int UNAVAILABLE = -2;
  private static final int INTERRUPTED = -3;
  private static final int ROOM = 4096;
  private static final int MOST_TRIES = 1000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final JdkSockets jdkSockets;
  private final UnsafeMemory unsafeMemory;

  AgentChannel(JdkSockets jdkSockets, UnsafeMemory unsafeMemory) {
    this.jdkSockets = jdkSockets;
    this.unsafeMemory = unsafeMemory;
  }

  /// Starts a daemon thread that reads commands for the lifetime of the process.
  void listen(AgentCommandParser agentCommandParser) {
    Thread thread = new Thread(() -> run(agentCommandParser), "jpm-channel");
    thread.setDaemon(true);
    thread.start();
  }

  /// Sends a line to jpm, and retries for a limited time while the channel is full. The line must
  /// include its line break.
  ///
  /// @throws IOException if the channel is closed or remains full
  synchronized void send(String line) throws IOException {
    FileDescriptor fd = jdkSockets.descriptor(DESCRIPTOR);
    byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
    long room = unsafeMemory.allocate(bytes.length);
    try {
      unsafeMemory.put(room, bytes);
      int said = 0;
      for (int tries = 0; said < bytes.length; tries++) {
        int count = jdkSockets.write(fd, room + said, bytes.length - said);
        if (count < 0 && tries > MOST_TRIES) {
          throw new IOException("the IPC channel to jpm is full");
        }
        if (count < 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        said += Math.max(0, count);
      }
    } finally {
      unsafeMemory.free(room);
    }
  }

  private void run(AgentCommandParser agentCommandParser) {
    FileDescriptor fd = jdkSockets.descriptor(DESCRIPTOR);
    long room = unsafeMemory.allocate(ROOM);
    try {
      int count;
      while ((count = jdkSockets.read(fd, room, ROOM)) > 0
          || count == UNAVAILABLE
          || count == INTERRUPTED) {
        if (count > 0) {
          agentCommandParser.read(unsafeMemory.get(room, count));
        } else {
          jdkSockets.awaitReadable(fd);
        }
      }
    } catch (IOException closed) {
      // The channel is closed: the process can no longer receive the command to drain.
    } finally {
      unsafeMemory.free(room);
    }
  }
}
