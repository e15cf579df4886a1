package io.jpm.os.linux.socket;

import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.UnixPath;
import io.jpm.os.linux.proc.KernelSetting;
import java.net.InetSocketAddress;

/// Creates the exceptions for sockets that cannot be created, bound or listened on, with a message
/// for the user that depends on the error number.
final class SocketErrorExplainer {
  private static final int USUAL_FIRST_PORT = 1024;
  private static final String FIRST_PORT = "net/ipv4/ip_unprivileged_port_start";

  private SocketErrorExplainer() {}

  /// Explains why a socket cannot be bound to `address`.
  ///
  /// @param childCredentials the credentials used for the attempt
  /// @param holder the process that uses the address, as a phrase such as ` by pid 4711 (node)`;
  ///   empty if it is not known
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
              " already exists: stop the program that listens on this socket, or remove the file if"
                  + " no program does";
          case Errno.ENOENT ->
              " cannot be used as a listening address because its directory does not exist: create"
                  + " the directory";
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
                ? " cannot be created because this machine has no IPv6: use an IPv4 address"
                : " cannot be created: " + Errno.message(errno)),
        errno);
  }

  private static String sentence(int port, ChildCredentials childCredentials, int errno) {
    return switch (errno) {
      case Errno.EACCES, Errno.EPERM -> ": " + childCredentials.describe(errno) + needsRoot(port);
      case Errno.EADDRNOTAVAIL ->
          " cannot be used as a listening address because this machine does not have it: use one of"
              + " its own addresses";
      case Errno.EAFNOSUPPORT ->
          " cannot be used as a listening address because this machine has no IPv6: use an IPv4"
              + " address";
      default -> " cannot be used as a listening address: " + Errno.message(errno);
    };
  }

  private static String needsRoot(int port) {
    int first = KernelSetting.number(FIRST_PORT, USUAL_FIRST_PORT);
    return port < first ? " (ports below " + first + " require root)" : "";
  }
}
