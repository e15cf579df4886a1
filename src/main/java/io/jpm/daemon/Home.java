package io.jpm.daemon;

import io.jpm.bus.FileErrors;
import io.jpm.bus.SmallFile;
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

/// The daemon's directory (`JPM_HOME`, `~/.jpm`), which only its owner may enter.
///
/// @param root the directory, absolute and without symbolic links
record Home(Path root) {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  /// The mode of a new file that is the owner's alone, whatever the umask says, which is that of
  /// apps.
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

  /// Makes the directory where it is missing, and refuses one that others can write to or that
  /// holds files of others: whoever can write there can run programs as its owner.
  static Home prepare(Path directory) throws StartupFailure {
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
      throw new StartupFailure(String.valueOf(untrusted.getMessage()));
    } catch (IOException error) {
      throw new StartupFailure(
          "the home directory %s cannot be used (%s): set JPM_HOME to a directory of yours"
              .formatted(path, error));
    }
  }

  /// Others had no way to change anything, and get none to read either.
  private static void close(Path real) throws IOException {
    if (!OWNER_ONLY.containsAll(Files.getPosixFilePermissions(real))) {
      Files.setPosixFilePermissions(real, OWNER_ONLY);
    }
  }

  /// Makes the token that opens the TCP port: 256 bits, readable by the owner only, new for every
  /// daemon. A daemon that was killed leaves its port to whoever takes it next; what a client tells
  /// that one is worth nothing a moment later.
  ///
  /// On a full disk it is written over the one before, and that one goes on to count where even
  /// this cannot be: apps that nobody looks after are the greater harm.
  ///
  /// @throws StartupFailure when the home has none yet, and it cannot be written
  String newToken() throws StartupFailure {
    byte[] bits = new byte[32];
    new SecureRandom().nextBytes(bits);
    String token = HexFormat.of().formatHex(bits);
    try {
      write(tokenFile(), token);
      return token;
    } catch (IOException full) {
      LOG.log(Level.WARNING, "{0}: it is written over", full.getMessage());
      return overwritten(token, full);
    }
  }

  private String overwritten(String token, IOException full) throws StartupFailure {
    try {
      SmallFile.overwrite(tokenFile(), token + "\n");
      return token;
    } catch (IOException impossible) {
      try {
        String known = token();
        if (known.matches("[0-9a-f]{64}")) {
          return known;
        }
      } catch (IOException _) {
        // Ignored because the cause of all of it tells more.
      }
      throw new StartupFailure("the token cannot be used: " + full.getMessage());
    }
  }

  /// Why a process file, or what is in its place, may be the word of somebody else than this home's
  /// owner. Blocking.
  Optional<String> objection(Path file) {
    try {
      HomeTrust.ofMe(root)
          .checkWhole(
              file,
              "its edits are not applied until only the owner of this daemon can write there; apply"
                  + " them yourself: jpm apply");
      return Optional.empty();
    } catch (HomeTrust.Untrusted untrusted) {
      return Optional.of(String.valueOf(untrusted.getMessage()));
    } catch (IOException unknown) {
      return Optional.of(
          "%s: it cannot be told who could have written it: %s"
              .formatted(file, FileErrors.of(unknown)));
    }
  }

  /// The token that [#newToken] has made.
  String token() throws IOException {
    return Files.readString(tokenFile()).strip();
  }

  /// Puts a small owner-only file in place, whole or not at all.
  static void write(Path file, String content) throws IOException {
    try {
      SmallFile.write(file, content + "\n");
    } catch (IOException error) {
      throw new IOException(
          "%s cannot be written: %s".formatted(file, FileErrors.of(error)), error);
    }
  }
}
