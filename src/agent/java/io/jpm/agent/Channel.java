package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The IPC channel to jpm, over which jpm sends commands to the process ([Orders]). All other
/// messages are ignored.
final class Channel {
  /// The descriptor of the channel.
  static final int DESCRIPTOR = 3;

  private static final int UNAVAILABLE = -2;
  private static final int INTERRUPTED = -3;
  private static final int ROOM = 4096;
  private static final int MOST_TRIES = 1000;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final Jdk jdk;
  private final Memory memory;

  Channel(Jdk jdk, Memory memory) {
    this.jdk = jdk;
    this.memory = memory;
  }

  /// Starts to read commands for the lifetime of the process, on a daemon thread.
  void listen(Orders orders) {
    Thread thread = new Thread(() -> run(orders), "jpm-channel");
    thread.setDaemon(true);
    thread.start();
  }

  /// Sends a line, which includes its line end, to jpm. Waits for a while if the channel is full.
  ///
  /// @throws IOException the channel is closed, or stays full
  synchronized void say(String line) throws IOException {
    FileDescriptor fd = jdk.descriptor(DESCRIPTOR);
    byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
    long room = memory.allocate(bytes.length);
    try {
      memory.put(room, bytes);
      int said = 0;
      for (int tries = 0; said < bytes.length; tries++) {
        int count = jdk.write(fd, room + said, bytes.length - said);
        if (count < 0 && tries > MOST_TRIES) {
          throw new IOException("the channel to jpm is full");
        }
        if (count < 0) {
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        said += Math.max(0, count);
      }
    } finally {
      memory.free(room);
    }
  }

  private void run(Orders orders) {
    FileDescriptor fd = jdk.descriptor(DESCRIPTOR);
    long room = memory.allocate(ROOM);
    try {
      int count;
      while ((count = jdk.read(fd, room, ROOM)) > 0
          || count == UNAVAILABLE
          || count == INTERRUPTED) {
        if (count > 0) {
          orders.read(memory.get(room, count));
        } else {
          jdk.awaitReadable(fd);
        }
      }
    } catch (IOException closed) {
      // The channel is closed: the process can no longer be told to drain.
    } finally {
      memory.free(room);
    }
  }
}
