package io.jpm.os.linux.proc;

/// Parses the links to sockets in `/proc/PID/fd`, `socket:[inode]`.
public final class SocketLinks {
  private static final String BEGINNING = "socket:[";

  private SocketLinks() {}

  /// Returns the inode number in the link, or -1 if the link does not refer to a socket.
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
