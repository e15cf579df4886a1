package io.jpm.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/// The directory in which a daemon leaves what its clients need: port, token and, for people, its
/// pid and log.
///
/// @param directory the value of `JPM_HOME`
public record DaemonHome(Path directory) {
  private static final int LAST_PORT = 65535;

  /// The port of the bridge; empty if no daemon has written one, or if the one that did has gone: a
  /// stranger may have taken its port, who would like our environment.
  public OptionalInt port() throws IOException {
    if (Files.exists(Path.of("/proc/self")) && !isOursAlive()) {
      return OptionalInt.empty();
    }
    try {
      int port = Integer.parseInt(firstLine(portFile()));
      return port > 0 && port <= LAST_PORT ? OptionalInt.of(port) : OptionalInt.empty();
    } catch (NoSuchFileException | NumberFormatException _) {
      return OptionalInt.empty(); // a torn file is as good as none
    }
  }

  /// What proves to the daemon that we may read its home.
  public String token() throws IOException {
    return firstLine(directory.resolve("token"));
  }

  private boolean isOursAlive() {
    try {
      Path process = Path.of("/proc", pid().orElse("none"));
      return Files.getOwner(process).equals(Files.getOwner(directory));
    } catch (IOException _) {
      return false;
    }
  }

  /// Which process the daemon said it is.
  public Optional<String> pid() {
    try {
      return Optional.of(firstLine(directory.resolve("jpm.pid")))
          .filter(line -> line.matches("[0-9]+"));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// Where the daemon listens for who may enter its home.
  public Path socket() {
    return directory.resolve("bridge.sock");
  }

  /// Where the daemon tells what happened to it.
  public Path log() {
    return directory.resolve("jpm.log");
  }

  /// Where the daemon writes its port.
  public Path portFile() {
    return directory.resolve("bridge.port");
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
  }
}
