package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The process's channel to jpm, on which jpm says what the process is to do ([Orders]). Whatever
/// else comes is not for us and left out.
final class Channel {
  /// Where it is.
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

  /// Reads as long as the process lives, on a thread that does not keep it alive.
  void listen(Orders orders) {
    Thread thread = new Thread(() -> run(orders), "jpm-channel");
    thread.setDaemon(true);
    thread.start();
  }

  /// Says one line to jpm, with its end. Waits a while where the channel is full.
  ///
  /// @throws IOException nobody hears it
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
      // Nobody can tell us any more: the process ends without draining.
    } finally {
      memory.free(room);
    }
  }
}
