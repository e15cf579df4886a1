package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.process.WorkerId;
import io.jpm.model.text.Sha256;
import io.jpm.model.text.SurrogateEscape;
import java.nio.file.Path;

/// Derives the address of a process's notify socket. Every daemon of a home must derive the same
/// address, because a process keeps the address that it received at its start.
public final class NotifyAddress {
  /// The environment variable that contains the address.
  public static final String VARIABLE = "NOTIFY_SOCKET";

  /// Maximum length of a socket path: 108 bytes including the terminating 0 (`unix(7)`).
  private static final int MOST_PATH = 107;

  private static final Path SHARED = Path.of("/run/jpm");
  private static final int HASH_BYTES = 12;

  private NotifyAddress() {}

  /// Returns the address for one process.
  ///
  /// - By default, it is a file in the daemon's home directory.
  /// - For a process that runs as a user other than the daemon's, it is a file in `/run/jpm` that
  ///   belongs to that user, because that user cannot access the home. A daemon that can run apps
  ///   as other users can also create files there.
  /// - If the path would be longer than the kernel allows, it is a name in the abstract namespace.
  ///
  /// @param home the daemon's home directory
  /// @param worker the process
  /// @param runAs the credentials that the process runs with
  public static String of(Path home, WorkerId worker, RunAs runAs) {
    String name = worker.id() + "-" + worker.incarnation() + "-" + worker.generation();
    boolean foreign =
        runAs.user().filter(user -> !user.equals(System.getProperty("user.name"))).isPresent();
    Path folder = foreign ? SHARED.resolve(hash(home.toString())) : home.resolve("notify");
    String path = folder.resolve(name).toString();
    return SurrogateEscape.toBytes(path).length <= MOST_PATH ? path : "@jpm/" + hash(path);
  }

  private static String hash(String text) {
    return Sha256.hex(text, HASH_BYTES);
  }
}
