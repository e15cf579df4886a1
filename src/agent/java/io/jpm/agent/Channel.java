package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;

/// The process's channel to jpm, on which jpm says that the process is to drain. Whatever else
/// comes is not for us and left out.
final class Channel {
  /// Where it is.
  static final int DESCRIPTOR = 3;

  private static final int UNAVAILABLE = -2;
  private static final int INTERRUPTED = -3;
  private static final int ROOM = 4096;

  private final Jdk jdk;
  private final Memory memory;
  private final DrainLine line;

  Channel(Jdk jdk, Memory memory, Runnable drain) {
    this.jdk = jdk;
    this.memory = memory;
    line = new DrainLine(drain);
  }

  /// Reads as long as the process lives, on a thread that does not keep it alive.
  void listen() {
    Thread thread = new Thread(this::run, "jpm-channel");
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    FileDescriptor fd = jdk.descriptor(DESCRIPTOR);
    long room = memory.allocate(ROOM);
    try {
      int count;
      while ((count = jdk.read(fd, room, ROOM)) > 0
          || count == UNAVAILABLE
          || count == INTERRUPTED) {
        if (count > 0) {
          line.read(memory.get(room, count));
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
