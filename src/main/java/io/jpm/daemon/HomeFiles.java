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

/// The files of a home before a daemon reads or writes any of them.
///
/// @param home the directory, which only its owner can write to
/// @param me the owner
record HomeFiles(Path home, HomeTrust me) {
  /// What is read back, or written to for months: settings, tokens, the list and its generations,
  /// sessions, the audit and the daemon's own log, locks. What an editor or a JVM that crashed has
  /// left beside them is none of these.
  private static final Pattern REGULAR =
      Pattern.compile(
          "(?:token|bridge\\.port|[a-z0-9-]+\\.json(?:\\.(?:bak|boot|[0-9]+))?|[a-z-]+\\.log(?:\\.[0-9]+)?"
              + "|[a-z]+\\.(?:pid|lock))(?:\\.new)?");

  private static final Pattern SPECIAL = Pattern.compile("keeper\\.fifo|\\.?bridge\\.sock");

  /// Folders of which others can have no use. In `logs` and `pids` is nothing that is believed.
  private static final Set<String> FOLDERS =
      Set.of(
          "cache", "checks", "dumps", "events", "fifo", "hooks", "logs", "notify", "pids", "times");

  /// Folders of which each file is read back.
  private static final Set<String> READ_BACK = Set.of("cache", "events", "times");

  /// What former versions made as the umask of their first caller said, what an owner edits, and
  /// the socket of a daemon that was killed before it had set the socket's mode.
  private static final Pattern AS_THE_UMASK_SAID =
      Pattern.compile(
          "jpm\\.log(?:\\.[0-9]+)?|jpm\\.json|bridge\\.sock|jpm\\.lock|start\\.lock|keeper\\.pid|memory|.*\\.aot.*|.*\\.times"
              + "|cache|checks|fifo|hooks|logs|pids|times");

  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /// Refuses a link, what belongs to another user, and what others can write to.
  ///
  /// @throws HomeTrust.Untrusted with a sentence for people
  void check() throws IOException {
    boolean closed = OWNER_ONLY.containsAll(Files.getPosixFilePermissions(home));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(home)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (REGULAR.matcher(name).matches()) {
          narrow(file, name, closed);
          me.checkRegular(file);
        } else if (SPECIAL.matcher(name).matches()) {
          narrow(file, name, closed);
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
    // Logs may have a disk of their own, to which their owner has made a link.
    Path real = name.equals("logs") && Files.exists(folder) ? folder.toRealPath() : folder;
    narrow(real, name, closed);
    me.checkFile(real);
    if (name.equals("fifo")) {
      narrow(folder.resolve("memory"), "memory", closed);
      me.checkRegular(folder.resolve("memory"));
      me.checkRegular(folder.resolve("memory.bin"));
    } else if (READ_BACK.contains(name) && Files.isDirectory(folder)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          narrow(file, String.valueOf(file.getFileName()), closed);
          me.checkRegular(file);
        }
      }
    }
  }

  /// A umask of 002 lets the group write to some files. In a home that was closed to all others
  /// nobody could make use of that: it is no reason to leave apps without a daemon.
  private void narrow(Path file, String name, boolean closed) throws IOException {
    if (!closed || !AS_THE_UMASK_SAID.matcher(name).matches() || !me.onlyGroupMayWrite(file)) {
      return;
    }
    try {
      Set<PosixFilePermission> mode = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      mode.remove(PosixFilePermission.GROUP_WRITE);
      Files.setPosixFilePermissions(file, mode);
    } catch (NoSuchFileException gone) {
      // Ignored because what is gone is no danger.
    }
  }
}
