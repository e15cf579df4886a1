package io.jpm.daemon;

import io.jpm.client.HomeTrust;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks the files in a home before the daemon reads or writes any of them.
///
/// @param home the home directory, which only its owner can write to
/// @param me the owner
record HomeFiles(Path home, HomeTrust me) {
  /// Regular files that the daemon reads or keeps open for writing: settings, tokens, the journal
  /// and its backups, sessions, the audit log, the daemon's own log, and locks. Files that an
  /// editor or a crashed JVM has left behind are not included.
  private static final Pattern REGULAR =
      Pattern.compile(
          "(?:token|bridge\\.port|[a-z0-9-]+\\.json(?:\\.(?:bak|boot|[0-9]+))?|[a-z-]+\\.log(?:\\.[0-9]+)?"
              + "|[a-z]+\\.(?:pid|lock))(?:\\.new)?");

  private static final Pattern SPECIAL = Pattern.compile("keeper\\.fifo|\\.?bridge\\.sock");

  /// Directories that other users do not need to access. The daemon does not rely on the content of
  /// `logs` and `pids`.
  private static final Set<String> FOLDERS =
      Set.of(
          "cache", "checks", "dumps", "events", "fifo", "hooks", "logs", "notify", "pids", "times");

  /// Directories from which the daemon reads all files.
  private static final Set<String> READ_BACK = Set.of("cache", "events", "times");

  /// Files whose mode may result from a umask: files that earlier versions created with the umask
  /// of their first caller, files that the owner edits, and the socket of a daemon that was killed
  /// before it set the socket's mode.
  private static final Pattern MODE_FROM_UMASK =
      Pattern.compile(
          "jpm\\.log(?:\\.[0-9]+)?|jpm\\.json|bridge\\.sock|jpm\\.lock|start\\.lock|keeper\\.pid|memory|.*\\.aot.*|.*\\.times"
              + "|cache|checks|fifo|hooks|logs|pids|times");

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// Rejects links, files of other users, and files that other users can write to.
  ///
  /// @throws HomeTrust.Untrusted with a message for the user
  void check() throws IOException {
    boolean closed = OWNER_ONLY.containsAll(Files.getPosixFilePermissions(home));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (REGULAR.matcher(name).matches()) {
          removeGroupWrite(file, name, closed);
          me.checkRegular(file);
        } else if (SPECIAL.matcher(name).matches()) {
          removeGroupWrite(file, name, closed);
          me.checkFile(file);
        } else if (FOLDERS.contains(name)) {
          folder(file, name, closed);
        }
      }
    } catch (DirectoryIteratorException failed) {
      throw failed.getCause();
    }
  }

  private void folder(Path folder, String name, boolean closed) throws IOException {
    // The owner may have replaced the log directory with a link to another disk.
    Path real = name.equals("logs") && Files.exists(folder) ? folder.toRealPath() : folder;
    removeGroupWrite(real, name, closed);
    me.checkFile(real);
    if (name.equals("fifo")) {
      removeGroupWrite(folder.resolve("memory"), "memory", closed);
      me.checkRegular(folder.resolve("memory"));
      me.checkRegular(folder.resolve("memory.bin"));
    } else if (READ_BACK.contains(name) && Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          removeGroupWrite(file, String.valueOf(file.getFileName()), closed);
          me.checkRegular(file);
        }
      }
    }
  }

  /// Removes the group's write permission, which some files have because of a umask of 002. If only
  /// the owner could enter the home directory, no other user can have used this permission, so the
  /// daemon may start.
  private void removeGroupWrite(Path file, String name, boolean closed) throws IOException {
    if (!closed || !MODE_FROM_UMASK.matcher(name).matches() || !me.onlyGroupMayWrite(file)) {
      return;
    }
    try {
      Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      mode.remove(PosixFilePermission.GROUP_WRITE);
      Files.setPosixFilePermissions(file, mode);
    } catch (NoSuchFileException gone) {
      // Ignored: a file that no longer exists poses no risk.
    }
  }
}
