package io.jpm.os;

import java.util.Optional;

/// The system's log, which listens on a unix datagram socket as `/dev/log`.
@FunctionalInterface
public interface SystemLog {
  /// Sends one datagram; never waits for the one who reads.
  ///
  /// @param address a path, or `@name` for a socket without a file
  /// @param datagram what is sent
  /// @return why it was not taken, in a few words; empty: it was
  Optional<String> send(String address, byte[] datagram);
}
