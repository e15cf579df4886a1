package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.run.WorkerId;
import io.jpm.model.text.ByteText;
import io.jpm.model.text.Sha256;
import java.nio.file.Path;

/// Where a process finds the socket into which it says how it is. The same for every daemon of the
/// home: a process keeps what it was told at its start.
public final class NotifyAddress {
  /// What processes know it by.
  public static final String VARIABLE = "NOTIFY_SOCKET";

  /// `unix(7)`: 108 bytes, the last of them 0.
  private static final int MOST_PATH = 107;

  private static final Path SHARED = Path.of("/run/jpm");
  private static final int HASH_BYTES = 12;

  private NotifyAddress() {}

  /// The address of one process.
  ///
  /// - Usually it is a file in the home.
  /// - Another user than the daemon's cannot reach the home: then the file is in `/run/jpm`, which
  ///   a daemon that may run apps as others can make, and belongs to that user.
  /// - Where the path would be longer than the kernel allows it is a name without a file.
  ///
  /// @param home the daemon's home directory
  /// @param worker the process
  /// @param runAs as whom it runs
  public static String of(Path home, WorkerId worker, RunAs runAs) {
    String name = worker.id() + "-" + worker.birth() + "-" + worker.generation();
    boolean foreign =
        runAs.user().filter(user -> !user.equals(System.getProperty("user.name"))).isPresent();
    Path folder = foreign ? SHARED.resolve(hash(home.toString())) : home.resolve("notify");
    String path = folder.resolve(name).toString();
    return ByteText.toBytes(path).length <= MOST_PATH ? path : "@jpm/" + hash(path);
  }

  private static String hash(String text) {
    return Sha256.hex(text, HASH_BYTES);
  }
}
