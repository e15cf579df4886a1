package io.jpm.os;

import java.util.Optional;

/// The log of the system, which receives datagrams on a unix socket such as `/dev/log`.
@FunctionalInterface
public interface SystemLog {
  /// Sends one datagram without waiting for the reader.
  ///
  /// @param address a path, or `@name` for a socket without a file
  /// @param datagram the bytes to send
  /// @return why it was not sent, in a few words; empty if it was
  Optional<String> send(String address, byte[] datagram);
}
