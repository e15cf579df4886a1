package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.process.WorkerId;
import io.jpm.model.text.Sha256;
import io.jpm.model.text.SurrogateEscape;
import java.nio.file.Path;

/// Derives the address of the notify socket of a process. The address is the same for every daemon
/// of the home, because a process keeps the address that it received at its start.
public final class NotifyAddress {
  /// Environment variable that contains the address.
  public static final String VARIABLE = "NOTIFY_SOCKET";

  /// `unix(7)`: 108 bytes, of which the last is 0.
  private static final int MOST_PATH = 107;

  private static final Path SHARED = Path.of("/run/jpm");
  private static final int HASH_BYTES = 12;

  private NotifyAddress() {}

  /// Returns the address for one process.
  ///
  /// - Usually it is a file in the home.
  /// - A user other than the daemon's cannot access the home. In this case the file is in
  ///   `/run/jpm`, where a daemon that may run apps as other users can create it, and belongs to
  ///   that user.
  /// - If the path would be longer than the kernel allows, the address is a name without a file.
  ///
  /// @param home the daemon's home directory
  /// @param worker the process
  /// @param runAs credentials that the process runs with
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
