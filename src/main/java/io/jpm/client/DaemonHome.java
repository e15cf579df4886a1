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

/// The home directory of a daemon. It contains the files that clients need (port, token and unix
/// socket) and files for users (pid and log).
///
/// @param directory the value of `JPM_HOME`
public record DaemonHome(Path directory) {
  private static final int LAST_PORT = 65535;

  /// Column indexes in `/proc/net/tcp`, as described in `proc_net_tcp` of the kernel's
  /// documentation.
  private static final int LOCAL = 1;

  private static final int STATE = 3;
  private static final int UID = 7;
  private static final String LISTENS = "0A";

  /// Returns the TCP port of the bridge. Empty if no daemon has written it or if the daemon that
  /// wrote it is no longer running: another user's process could be listening on that port by now
  /// and would receive the caller's environment.
  ///
  /// @throws HomeTrust.Untrusted if another user could have written the files
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
      return OptionalInt.empty(); // an incompletely written file counts as missing
    }
  }

  /// Returns the owner's token, which proves that the caller has read access to the home.
  ///
  /// @throws HomeTrust.Untrusted if another user could have written the file
  public String token() throws IOException {
    Path file = directory.resolve("token");
    HomeTrust.ofOwner(directory).checkRegular(file);
    return firstLine(file);
  }

  /// Reports whether, according to the kernel, the owner of the home listens on this loopback port.
  /// Returns true if the kernel does not provide this information.
  ///
  /// Must be called after the connection has been established. Otherwise the daemon could exit
  /// between the check and the connection, and another user's process could take over the port.
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

  /// Returns the pid that the daemon has written to its home; empty if there is none.
  public Optional<String> pid() {
    try {
      return Optional.of(firstLine(directory.resolve("jpm.pid")))
          .filter(line -> line.matches("[0-9]+"));
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /// Returns [#socket] after checking that only the owner of the home could have created it.
  ///
  /// @throws HomeTrust.Untrusted if another user could have created it
  public Path trustedSocket() throws IOException {
    if (Files.exists(directory)) {
      HomeTrust owner = HomeTrust.ofOwner(directory);
      owner.checkHome(directory);
      owner.checkFile(socket());
    }
    return socket();
  }

  /// Checks that the home, if it exists, belongs to the user of this process, and that other users
  /// can neither write to it nor replace it.
  ///
  /// @throws HomeTrust.Untrusted if another user could write to the home or replace it
  public void checkMine() throws IOException {
    if (Files.exists(directory)) {
      HomeTrust me = HomeTrust.ofMe(directory);
      me.checkAbove(directory);
      me.checkHome(directory);
    }
  }

  /// Returns the path of the unix socket, on which the daemon accepts every process that can access
  /// the home.
  public Path socket() {
    return directory.resolve("bridge.sock");
  }

  /// Returns the path of the daemon's own log.
  public Path log() {
    return directory.resolve("jpm.log");
  }

  /// Returns the path of the file that contains the daemon's port.
  public Path portFile() {
    return directory.resolve("bridge.port");
  }

  private static String firstLine(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).lines().findFirst().orElse("");
  }
}
