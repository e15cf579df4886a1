package io.jpm.balancer.jvm;

import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.TreeListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Detects servers that listen without the JDK's sockets, and that the agent therefore cannot
/// intercept. Methods may block.
///
/// @param proc the mount point of procfs, `/proc`
public record NativeTransportDetector(Path proc) {
  private static final Map<String, String> NAMES =
      Map.of("epoll", "Netty's epoll", "io_uring", "Netty's io_uring", "kqueue", "Netty's kqueue");

  /// The names of Netty's native libraries. In a relocated copy of Netty, the new package is a
  /// prefix of the name.
  private static final Pattern FILE =
      Pattern.compile("/lib(\\w*?)netty_transport_native_(epoll|io_uring|kqueue)");

  /// A native transport that a process has loaded.
  ///
  /// @param name the name of the transport, for users
  /// @param property the system property that disables the transport in Netty
  public record Library(String name, String property) {}

  /// Returns the reason why the app cannot share its port, as text for users; empty if no reason
  /// was found.
  ///
  /// @param foreign the sockets on which the process listens and that are not shared
  Optional<String> reason(ProcessIdentity process, AppSpec spec, List<TreeListener> foreign) {
    Optional<TreeListener> outside =
        foreign.stream().filter(it -> !it.address().getAddress().isLoopbackAddress()).findFirst();
    Optional<Library> library = outside.isPresent() ? library(process) : Optional.empty();
    if (library.isPresent()) {
      return Optional.of(
          "it listens on port %d through a native transport (%s) instead of Java's sockets: set -D%s=true to make it use Java's sockets where possible"
              .formatted(
                  outside.get().address().getPort(),
                  library.get().name(),
                  library.get().property()));
    }
    OptionalInt port = port(spec);
    if (port.isPresent()
        && foreign.stream().anyMatch(it -> it.address().getPort() == port.getAsInt())) {
      return Optional.of(
          "it listens on port %d, but not through the sockets of a JVM of version 17 or newer"
              .formatted(port.getAsInt()));
    }
    return Optional.empty();
  }

  /// Returns the port that the app's settings or declared variables specify; empty if they specify
  /// none.
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

  /// Returns the native transport that a process has loaded; empty if it has loaded none.
  public Optional<Library> library(ProcessIdentity process) {
    Path maps = proc.resolve(Long.toString(process.pid())).resolve("maps");
    try (Stream<String> lines = Files.lines(maps, StandardCharsets.ISO_8859_1)) {
      return lines.map(NativeTransportDetector::named).flatMap(Optional::stream).findFirst();
    } catch (IOException | java.io.UncheckedIOException gone) {
      return Optional.empty(); // it has terminated or cannot be inspected
    }
  }

  private static Optional<Library> named(String line) {
    Matcher file = FILE.matcher(line);
    if (!file.find()) {
      return Optional.empty();
    }
    String relocated = file.group(1).replaceAll("_(?!1)", ".").replace("_1", "_");
    return Optional.of(
        new Library(
            NAMES.getOrDefault(file.group(2), "Netty"), relocated + "io.netty.transport.noNative"));
  }
}
