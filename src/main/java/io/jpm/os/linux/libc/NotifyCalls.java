package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Receives datagrams with the credentials of their senders (SCM_CREDENTIALS, `unix(7)`). Must be
/// used by one thread only, because the buffers are reused.
public final class NotifyCalls {
  /// Maximum length of an `sd_notify(3)` message.
  static final int MOST_BYTES = 4096;

  private static final Native RECVMSG = new Native("recvmsg");
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final int SO_PASSCRED = 16;
  private static final int SCM_CREDENTIALS = 2;
  private static final int TRUNCATED = 0x20;
  private static final int DONTWAIT = 0x40;
  private static final int CLOEXEC = 0x40000000;

  /// Size of `struct cmsghdr` with `struct ucred` on 64-bit systems. There is no space for
  /// descriptors, so the kernel closes those that accompany a message. A client that sends
  /// `BARRIER=1` waits until its descriptor is closed.
  private static final int CONTROL_BYTES = 32;

  private final MemorySegment text;
  private final MemorySegment control;
  private final MemorySegment message;

  /// Allocates the buffers.
  ///
  /// @param arena determines the lifetime of the buffers
  public NotifyCalls(Arena arena) {
    text = arena.allocate(MOST_BYTES, 8);
    control = arena.allocate(CONTROL_BYTES, 8);
    MemorySegment vector = arena.allocate(LONG, 2);
    vector.setAtIndex(LONG, 0, text.address());
    vector.setAtIndex(LONG, 1, text.byteSize());
    message = arena.allocate(56, 8);
    message.set(LONG, 16, vector.address());
    message.set(LONG, 24, 1);
    message.set(LONG, 32, control.address());
  }

  /// A received message.
  ///
  /// @param pid the sender according to the kernel; 0 if the sender is outside the daemon's pid
  ///   namespace
  /// @param user the effective user id of the sender
  /// @param text the content; empty if it exceeds the maximum length
  public record NotifyMessage(int pid, int user, String text) {}

  /// Creates an unbound socket that receives the credentials of senders. It is close-on-exec and
  /// non-blocking.
  ///
  /// @return the descriptor or the negative `errno`
  public static int socket() {
    int fd = SocketCalls.socket(Libc.AF_UNIX, SocketCalls.SOCK_DGRAM);
    if (fd >= 0) {
      int result = SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, SO_PASSCRED, 1);
      if (result < 0) {
        Libc.close(fd);
        return result;
      }
    }
    return fd;
  }

  /// Calls `recvmsg(2)`, non-blocking; empty if no message is available.
  public Optional<NotifyMessage> receive(int fd) {
    message.set(LONG, 40, CONTROL_BYTES);
    message.set(INT, 48, 0);
    int length = RECVMSG.errnoInt(fd, message.address(), DONTWAIT | CLOEXEC);
    if (length < 0) {
      return Optional.empty();
    }
    boolean cut = (message.get(INT, 48) & TRUNCATED) != 0;
    boolean known =
        message.get(LONG, 40) >= CONTROL_BYTES - 4
            && control.get(INT, 8) == SocketCalls.SOL_SOCKET
            && control.get(INT, 12) == SCM_CREDENTIALS;
    byte[] bytes = text.asSlice(0, cut ? 0 : length).toArray(ValueLayout.JAVA_BYTE);
    return Optional.of(
        new NotifyMessage(
            known ? control.get(INT, 16) : 0,
            known ? control.get(INT, 20) : -1,
            new String(bytes, StandardCharsets.UTF_8)));
  }
}
