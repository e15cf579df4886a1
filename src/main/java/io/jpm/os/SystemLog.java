package io.jpm.os;

import java.util.Optional;

/// The system log, which receives datagrams on a unix socket such as `/dev/log`.
@FunctionalInterface
public interface SystemLog {
  /// Sends one datagram without waiting for the reader.
  ///
  /// @param address a path, or `@name` for a name in the abstract namespace
  /// @param datagram the bytes to send
  /// @return the reason why the datagram was not sent, as a short phrase; empty if it was sent
  Optional<String> send(String address, byte[] datagram);
}
