package io.jpm.os.linux.socket;

import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.UnixPath;
import io.jpm.os.linux.proc.KernelSetting;
import java.net.InetSocketAddress;

/// Explains to the user why a socket could not be created, bound or listened on, based on the error
/// number.
final class SocketErrorExplainer {
  private static final int USUAL_FIRST_PORT = 1024;
  private static final String FIRST_PORT = "net/ipv4/ip_unprivileged_port_start";

  private SocketErrorExplainer() {}

  /// Explains why a socket cannot be bound to `address`.
  ///
  /// @param childCredentials the credentials used for the attempt
  /// @param holder the process that uses the address, ` by pid 4711 (node)`; empty if it is not
  ///   known
  static ListenException explain(
      InetSocketAddress address, ChildCredentials childCredentials, int errno, String holder) {
    String sentence =
        errno == Errno.EADDRINUSE
            ? " is already in use"
                + holder
                + ": stop the program that uses it or choose another port"
            : sentence(address.getPort(), childCredentials, errno);
    return new ListenException(SocketAddresses.format(address) + sentence, errno);
  }

  /// Explains why a unix socket cannot be created at `path`.
  ///
  /// @param childCredentials the credentials used for the attempt
  static ListenException explain(String path, ChildCredentials childCredentials, int errno) {
    String sentence =
        switch (errno) {
          case Errno.EADDRINUSE ->
              " already exists: stop the program that listens on it, or remove the file if there is"
                  + " none";
          case Errno.ENOENT ->
              " cannot be used as a listening address: its directory does not exist";
          case Errno.EACCES, Errno.EPERM -> ": " + childCredentials.describe(errno);
          default -> " cannot be used as a listening address: " + Errno.message(errno);
        };
    return new ListenException(UnixPath.format(path) + sentence, errno);
  }

  /// Explains why a socket could not be created, regardless of its address.
  static ListenException unavailable(String what, int errno) {
    return new ListenException(
        what
            + (errno == Errno.EAFNOSUPPORT
                ? ": this machine has no IPv6"
                : " cannot be created: " + Errno.message(errno)),
        errno);
  }

  private static String sentence(int port, ChildCredentials childCredentials, int errno) {
    return switch (errno) {
      case Errno.EACCES, Errno.EPERM -> ": " + childCredentials.describe(errno) + needsRoot(port);
      case Errno.EADDRNOTAVAIL -> ": this machine does not have this address";
      case Errno.EAFNOSUPPORT -> ": this machine has no IPv6";
      default -> " cannot be used as a listening address: " + Errno.message(errno);
    };
  }

  private static String needsRoot(int port) {
    int first = KernelSetting.number(FIRST_PORT, USUAL_FIRST_PORT);
    return port < first ? ": ports below " + first + " require root" : "";
  }
}
