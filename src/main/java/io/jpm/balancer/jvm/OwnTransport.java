package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import io.jpm.model.ProcessIdentity;
import io.jpm.os.Listening;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/// Finds out that a server does not listen through the JDK's sockets, where no agent can reach it.
/// Methods may block.
///
/// @param proc the folder of processes, `/proc`
public record OwnTransport(Path proc) {
  private static final Map<String, String> LIBRARIES =
      Map.of(
          "netty_transport_native_epoll", "Netty's epoll",
          "netty_transport_native_io_uring", "Netty's io_uring",
          "netty_transport_native_kqueue", "Netty's kqueue");

  /// Why the app cannot share, for people.
  ///
  /// @param foreign what it listens on that is none of the shared sockets
  Optional<String> reason(ProcessIdentity process, AppSpec spec, List<Listening> foreign) {
    Optional<Listening> outside =
        foreign.stream().filter(it -> !it.address().getAddress().isLoopbackAddress()).findFirst();
    Optional<String> library = outside.isPresent() ? library(process) : Optional.empty();
    if (library.isPresent()) {
      return Optional.of(
          "it listens on %d by a native transport of its own (%s), not by Java's sockets; with -Dio.netty.transport.noNative=true it uses those, where it can"
              .formatted(outside.get().address().getPort(), library.get()));
    }
    OptionalInt port = port(spec);
    if (port.isPresent()
        && foreign.stream().anyMatch(it -> it.address().getPort() == port.getAsInt())) {
      return Optional.of(
          "it listens on %d by itself, not by the sockets of a Java 17 or newer"
              .formatted(port.getAsInt()));
    }
    return Optional.empty();
  }

  /// The port of the app, as far as its owner says.
  private static OptionalInt port(AppSpec spec) {
    if (spec.cluster().port().isPresent()) {
      return spec.cluster().port();
    }
    Map<String, String> declared = spec.variables().declared();
    return Stream.of("PORT", "SERVER_PORT")
        .map(name -> declared.getOrDefault(name, ""))
        .filter(value -> value.matches("[1-9][0-9]{0,4}"))
        .mapToInt(Integer::parseInt)
        .findFirst();
  }

  /// The native transport that a process has loaded, as people call it.
  public Optional<String> library(ProcessIdentity process) {
    Path maps = proc.resolve(Long.toString(process.pid())).resolve("maps");
    try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      return lines.map(OwnTransport::named).flatMap(Optional::stream).findFirst();
    } catch (IOException | java.io.UncheckedIOException gone) {
      return Optional.empty(); // it has ended, or is none of ours to look into
    }
  }

  private static Optional<String> named(String line) {
    return LIBRARIES.entrySet().stream()
        .filter(it -> line.contains(it.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
