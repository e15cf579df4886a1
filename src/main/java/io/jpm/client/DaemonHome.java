package io.jpm.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The directory in which a daemon leaves what its clients need: port, token and, for people, its
/// pid and log.
///
/// @param directory the value of `JPM_HOME`
public record DaemonHome(Path directory) {
  private static final int LAST_PORT = 65535;

  /// Of `/proc/net/tcp`: see proc_net_tcp in the documentation of the kernel.
  private static final int LOCAL = 1;

  private static final int STATE = 3;
  private static final int UID = 7;
  private static final String LISTENS = "0A";

  /// The port of the bridge; empty if no daemon has written one, or if the one that did has gone: a
  /// stranger may have taken its port, who would like our environment.
  ///
  /// @throws HomeTrust.Untrusted when somebody else than the owner of the home could have written
  ///   it
  public OptionalInt port() throws IOException {
    if (!Files.exists(directory)) {
      return OptionalInt.empty();
    }
    HomeTrust owner = HomeTrust.ofOwner(directory);
    owner.checkHome(directory);
    owner.checkRegular(portFile());
    owner.checkRegular(directory.resolve("jpm.pid"));
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
  ///
  /// @throws HomeTrust.Untrusted when somebody else than the owner of the home could have written
  ///   it
  public String token() throws IOException {
    Path file = directory.resolve("token");
    HomeTrust.ofOwner(directory).checkRegular(file);
    return firstLine(file);
  }

  /// Whether it is the owner of the home who listens on this port of the loopback, as the kernel
  /// says. To be asked when the connection is there: before, the daemon could end and a stranger
  /// take its port.
  public boolean isListening(int port) throws IOException {
    List<String> exact = new ArrayList<>();
    List<String> any = new ArrayList<>();
    if (!Files.isReadable(Path.of("/proc/net/tcp"))) {
      return true;
    }
    for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
      for (String line : Files.isReadable(table) ? Files.readAllLines(table) : List.<String>of()) {
        String[] words = line.strip().split(" +", -1);
        if (words.length > UID
            && words[STATE].equals(LISTENS)
            && words[LOCAL].endsWith(":%04X".formatted(port))) {
          String address = words[LOCAL].substring(0, words[LOCAL].indexOf(':'));
          if (address.endsWith("0100007F") || address.endsWith("7F000001")) {
            exact.add(words[UID]);
          } else if (address.matches("0+")) {
            any.add(words[UID]);
          }
        }
      }
    }
    List<String> users = exact.isEmpty() ? any : exact;
    String owner = String.valueOf(Files.getAttribute(directory, "unix:uid"));
    return !users.isEmpty() && users.stream().allMatch(owner::equals);
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

  /// Where the daemon listens for who may enter its home, as [#socket], if nobody else than the
  /// owner of the home could have put a socket of his own there.
  ///
  /// @throws HomeTrust.Untrusted else
  public Path trustedSocket() throws IOException {
    if (Files.exists(directory)) {
      HomeTrust owner = HomeTrust.ofOwner(directory);
      owner.checkHome(directory);
      owner.checkFile(socket());
    }
    return socket();
  }

  /// Refuses a home that is not of the user of this process, where there is one.
  ///
  /// @throws HomeTrust.Untrusted if so
  public void checkMine() throws IOException {
    if (Files.exists(directory)) {
      HomeTrust me = HomeTrust.ofMe(directory);
      me.checkAbove(directory);
      me.checkHome(directory);
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
