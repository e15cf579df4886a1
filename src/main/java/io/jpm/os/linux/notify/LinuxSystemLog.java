package io.jpm.os.linux.notify;

import io.jpm.os.SystemLog;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.UnixAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Sends datagrams to the system log. Each datagram is sent through a new socket, so that it also
/// reaches a log service that was restarted in the meantime. If the queue of the service is full,
/// the kernel rejects the datagram (`EAGAIN`, `sendto(2)`).
public final class LinuxSystemLog implements SystemLog {
  @Override
  public Optional<String> send(String address, byte[] datagram) {
    try (Arena arena = Arena.ofConfined()) {
      Optional<MemorySegment> to = UnixAddress.encode(arena, address);
      if (to.isEmpty()) {
        return Optional.of("its address is neither /path nor @name");
      }
      int socket = Libc.datagramSocket();
      int result =
          socket < 0
              ? socket
              : Libc.sendToAtOnce(
                  socket, arena.allocateFrom(ValueLayout.JAVA_BYTE, datagram), to.get());
      if (socket >= 0) {
        Libc.close(socket);
      }
      return result < 0 ? Optional.of(Errno.message(-result)) : Optional.empty();
    }
  }
}
