package io.jpm.os.portable;

import io.jpm.os.SystemFacts;
import io.jpm.os.SystemInspection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Reports the facts about the system that the JDK provides.
///
/// @param reason why the Linux implementation is not in use
public record PortableSystemInspection(String reason) implements SystemInspection {
  @Override
  public SystemFacts facts() {
    return new SystemFacts(
        Optional.of(reason),
        System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""),
        List.of(),
        Optional.empty(),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        loopback6());
  }

  /// Reports whether a socket can listen on `::1`.
  public static boolean loopback6() {
    byte[] address = new byte[16];
    address[15] = 1;
    try (var socket = new ServerSocket(0, 1, InetAddress.getByAddress(address))) {
      return socket.isBound();
    } catch (IOException none) {
      return false;
    }
  }

  @Override
  public OptionalLong freeInodes(Path path) {
    return OptionalLong.empty();
  }

  @Override
  public Optional<Boolean> hasReader(Path fifo) {
    return Optional.empty();
  }
}
