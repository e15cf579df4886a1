package io.jpm.os.linux.proc;

/// What the links in `/proc/PID/fd` say of sockets: `socket:[inode]`.
public final class SocketLinks {
  private static final String BEGINNING = "socket:[";

  private SocketLinks() {}

  /// The number in it, or -1 when it is no socket's.
  public static long inode(String link) {
    if (!link.startsWith(BEGINNING) || !link.endsWith("]")) {
      return -1;
    }
    try {
      return Long.parseLong(link, BEGINNING.length(), link.length() - 1, 10);
    } catch (NumberFormatException notByTheKernel) {
      return -1;
    }
  }
}
