package io.jpm.os.linux.notify;

import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.ServiceNotifier;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.UnixAddress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Reports the daemon's state to the service manager with the protocol of `sd_notify(3)`: datagrams
/// sent to the unix socket named by NOTIFY_SOCKET. The value is `/path`, or `@name` for an abstract
/// address.
public final class SystemdNotifier implements ServiceNotifier {
  private static final Logger LOG = System.getLogger("jpm.os");

  private final String address;

  /// Creates a notifier, which does not open a socket yet.
  ///
  /// @param address the value of NOTIFY_SOCKET
  public SystemdNotifier(String address) {
    this.address = address;
  }

  @Override
  public void sendState(String state) {
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> to = UnixAddress.encode(arena, address);
      if (to.isEmpty()) {
        LOG.log(
            Level.WARNING,
            "cannot notify the service manager: NOTIFY_SOCKET={0} is neither /path nor @name",
            address);
      } else {
        byte[] text = SurrogateEscape.toBytes(state);
        send(arena.allocateFrom(ValueLayout.JAVA_BYTE, text), to.get());
      }
    }
  }

  private void send(MemorySegment text, MemorySegment to) {
    int socket = Libc.datagramSocket();
    int result = socket < 0 ? socket : Libc.sendTo(socket, text, to);
    if (socket >= 0) {
      Libc.close(socket);
    }
    if (result < 0) {
      LOG.log(
          Level.WARNING,
          "cannot notify the service manager at NOTIFY_SOCKET={0}: {1}",
          address,
          Errno.message(-result));
    }
  }
}
