package io.jpm.daemon;

import io.jpm.bus.FileWords;
import io.jpm.bus.SmallFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/// The daemon's directory (`JPM_HOME`, `~/.jpm`), which only its owner may enter.
///
/// @param root the directory, absolute and without symbolic links
record Home(Path root) {
  private static final Logger LOG = System.getLogger("jpm.daemon");
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

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

  /// Makes the directory where it is missing and refuses one that others can reach: whoever can
  /// enter it can run programs as its owner.
  static Home prepare(Path directory) throws StartupFailure {
    Path path = directory.toAbsolutePath().normalize();
    try {
      if (!Files.exists(path)) {
        Files.createDirectories(path, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
      }
      Path real = path.toRealPath();
      checkOwner(real);
      for (String folder : new String[] {"logs", "pids", "fifo"}) {
        Files.createDirectories(real.resolve(folder));
      }
      return new Home(real);
    } catch (IOException error) {
      throw new StartupFailure(
          "the home directory %s cannot be used (%s): set JPM_HOME to a directory of yours"
              .formatted(path, error));
    }
  }

  private static void checkOwner(Path real) throws IOException, StartupFailure {
    PosixFileAttributes attributes =
        Files.readAttributes(real, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isDirectory()) {
      throw new StartupFailure(
          "JPM_HOME " + real + " is not a directory: remove the file or choose another JPM_HOME");
    }
    Path self = Path.of("/proc/self");
    if (Files.exists(self)
        && !Files.getAttribute(real, "unix:uid").equals(Files.getAttribute(self, "unix:uid"))) {
      throw new StartupFailure(
          "JPM_HOME %s belongs to %s, not to you: choose another JPM_HOME"
              .formatted(real, attributes.owner().getName()));
    }
    Set<PosixFilePermission> open = EnumSet.copyOf(OTHERS);
    open.retainAll(attributes.permissions());
    if (!open.isEmpty()) {
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

  /// The token that [#newToken] has made.
  String token() throws IOException {
    return Files.readString(tokenFile()).strip();
  }

  /// Puts a small owner-only file in place, whole or not at all.
  static void write(Path file, String content) throws IOException {
    try {
      SmallFile.write(file, content + "\n");
    } catch (IOException error) {
      throw new IOException("%s cannot be written: %s".formatted(file, FileWords.of(error)), error);
    }
  }
}
