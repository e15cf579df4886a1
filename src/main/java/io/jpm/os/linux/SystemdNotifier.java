package io.jpm.os.linux;

import io.jpm.model.ByteText;
import io.jpm.os.ServiceNotifier;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The protocol of `sd_notify(3)`: a datagram to a unix socket whose address the service manager
/// has put into NOTIFY_SOCKET, `/path` or `@name` for one without a file.
public final class SystemdNotifier implements ServiceNotifier {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// `struct sockaddr_un`, `unix(7)`: two bytes of family, then the path.
  private static final int PATH_OFFSET = 2;

  private static final int MOST_PATH = 108;

  private final String address;

  /// @param address what NOTIFY_SOCKET says
  public SystemdNotifier(String address) {
    this.address = address;
  }

  @Override
  public void say(String state) {
    byte[] path = ByteText.toBytes(address);
    if (path.length < 2 || path.length > MOST_PATH || (path[0] != '/' && path[0] != '@')) {
      LOG.log(Level.WARNING, "NOTIFY_SOCKET={0}: it is neither /path nor @name", address);
      return;
    }
    int socket = Libc.datagramSocket();
    int result = socket < 0 ? socket : send(socket, path, ByteText.toBytes(state));
    if (socket >= 0) {
      Libc.close(socket);
    }
    if (result < 0) {
      LOG.log(
          Level.WARNING,
          "the service manager cannot be told at NOTIFY_SOCKET={0}: {1}",
          address,
          Errno.words(-result));
    }
  }

  private static int send(int socket, byte[] path, byte[] state) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment to = arena.allocate(PATH_OFFSET + (long) path.length);
      to.set(ValueLayout.JAVA_SHORT_UNALIGNED, 0, (short) Libc.AF_UNIX);
      MemorySegment.copy(path, 0, to, ValueLayout.JAVA_BYTE, PATH_OFFSET, path.length);
      if (path[0] == '@') {
        to.set(ValueLayout.JAVA_BYTE, PATH_OFFSET, (byte) 0);
      }
      MemorySegment text = arena.allocate(state.length);
      MemorySegment.copy(state, 0, text, ValueLayout.JAVA_BYTE, 0, state.length);
      return Libc.sendTo(socket, text, to);
    }
  }
}
