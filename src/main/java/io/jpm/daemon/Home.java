package io.jpm.daemon;

import io.jpm.bus.FileErrors;
import io.jpm.bus.HomeFileWriter;
import io.jpm.client.HomeTrust;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/// The home directory of the daemon (`JPM_HOME`, `~/.jpm`). Only its owner may access it.
///
/// @param root the absolute path of the directory, without symbolic links
record Home(Path root) {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  /// The mode of a new file that only the owner may access. It is set explicitly, because the
  /// daemon's umask comes from its caller and is intended for apps.
  static final FileAttribute<Set<PosixFilePermission>> OWNERS_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  Path lock() {
    return root.resolve("jpm.lock");
  }

  Path socket() {
    return root.resolve("bridge.sock");
  }

  Path portFile() {
    return root.resolve("bridge.port");
  }

  Path tokenFile() {
    return root.resolve("token");
  }

  Path pidFile() {
    return root.resolve("jpm.pid");
  }

  Path log() {
    return root.resolve("jpm.log");
  }

  Path settings() {
    return root.resolve("jpm.json");
  }

  /// Creates the directory if it does not exist. Rejects a directory that other users can write to
  /// or that contains files of other users, because these users could run programs as the owner.
  static Home prepare(Path directory) throws StartupException {
    Path path = directory.toAbsolutePath().normalize();
    try {
      HomeTrust me = HomeTrust.ofMe(path);
      me.checkAbove(path);
      if (!Files.exists(path)) {
        Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      Path real = path.toRealPath();
      me.checkHome(real);
      new HomeFiles(real, me).check();
      close(real);
      for (String folder : new String[] {"logs", "pids", "fifo", "times", "checks"}) {
        Files.createDirectories(
            real.resolve(folder), PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      return new Home(real);
    } catch (HomeTrust.Untrusted untrusted) {
      throw new StartupException(String.valueOf(untrusted.getMessage()));
    } catch (IOException error) {
      throw new StartupException(
          "cannot use the home directory %s (%s): set JPM_HOME to a directory that you own"
              .formatted(path, error));
    }
  }

  /// Removes the access permissions of other users, who have no write permission at this point.
  private static void close(Path real) throws IOException {
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(real))) {
      Files.setPosixFilePermissions(real, OWNER_ONLY);
    }
  }

  /// Creates the token for the TCP port: 256 bits, readable only by the owner, and different for
  /// each daemon. After a daemon is killed, any program may use its port and receive tokens from
  /// clients. Such a token is no longer valid once the next daemon runs.
  ///
  /// On a full disk, the old token file is overwritten in place. If even that fails, the old token
  /// stays valid, because unsupervised apps would be the greater harm.
  ///
  /// @throws StartupException if the home has no token yet and none can be written
  String newToken() throws StartupException {
    byte[] bits = new byte[32];
    new SecureRandom().nextBytes(bits);
    String token = HexFormat.of().formatHex(bits);
    try {
      write(tokenFile(), token);
      return token;
    } catch (IOException full) {
      LOG.log(
          Level.WARNING,
          "the token file cannot be replaced and is overwritten in place: {0}",
          full.getMessage());
      return overwritten(token, full);
    }
  }

  private String overwritten(String token, IOException full) throws StartupException {
    try {
      HomeFileWriter.overwrite(tokenFile(), token + "\n");
      return token;
    } catch (IOException impossible) {
      try {
        String known = token();
        if (known.matches("[0-9a-f]{64}")) {
          return known;
        }
      } catch (IOException _) {
        // Ignored: the original error is more informative.
      }
      throw new StartupException("cannot create the access token: " + full.getMessage());
    }
  }

  /// Returns the reason why a user other than the owner of this home may have written or replaced a
  /// process file; empty if this is impossible. Blocking.
  Optional<String> writeRisk(Path file) {
    try {
      HomeTrust.ofMe(root)
          .checkFileAndPath(
              file,
              "its edits are not applied until only the owner of this daemon can write there;"
                  + " to apply them yourself, run jpm apply");
      return Optional.empty();
    } catch (HomeTrust.Untrusted untrusted) {
      return Optional.of(String.valueOf(untrusted.getMessage()));
    } catch (IOException unknown) {
      return Optional.of(
          "cannot determine which users can write to %s: %s"
              .formatted(file, FileErrors.of(unknown)));
    }
  }

  /// Returns the token that [#newToken] created.
  String token() throws IOException {
    return Files.readString(tokenFile()).strip();
  }

  /// Atomically writes a small file that only the owner may access.
  static void write(Path file, String content) throws IOException {
    try {
      HomeFileWriter.write(file, content + "\n");
    } catch (IOException error) {
      throw new IOException(
          "%s cannot be written: %s".formatted(file, FileErrors.of(error)), error);
    }
  }
}
