package io.jpm.agent;

import java.io.FileDescriptor;
import java.io.IOException;

/// The process's channel to jpm, on which jpm says that the process is to drain, and that sockets
/// which it has inherited and does not use are of no use any more. Whatever else comes is not for
/// us and left out.
final class Channel {
  /// Where it is.
  static final int DESCRIPTOR = 3;

  private static final int UNAVAILABLE = -2;
  private static final int INTERRUPTED = -3;
  private static final int ROOM = 4096;

  private final Jdk jdk;
  private final Memory memory;
  private final DrainLine drain;
  private final DrainLine settled;

  Channel(Jdk jdk, Memory memory, Runnable drain, Runnable settled) {
    this.jdk = jdk;
    this.memory = memory;
    this.drain = new DrainLine(drain);
    this.settled = new DrainLine("settled", settled);
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
          byte[] bytes = memory.get(room, count);
          drain.read(bytes);
          settled.read(bytes);
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
