package io.jpm.os.linux.socket;

import io.jpm.model.RunAs;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.DiskCalls;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.FileStatus;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.OptionalInt;

/// The file through which clients connect to a unix socket.
///
/// @param path the path of the file
/// @param number the device and inode numbers, which distinguish the file from another one with the
///   same path; unique while the socket is open
/// @param owner the credentials with which the file was created and is removed
record SocketFile(String path, String number, RunAs owner) {
  private static final Logger LOG = System.getLogger("jpm.os");

  /// Returns the file that has just been created at `path`; empty if it no longer exists.
  static Optional<SocketFile> made(String path, RunAs runAs) {
    RunAs owner = new RunAs(runAs.user(), runAs.group(), OptionalInt.empty(), OptionalInt.empty());
    return number(path).map(number -> new SocketFile(path, number, owner));
  }

  /// Parses a text created by [#text].
  static Optional<SocketFile> of(String path, String text) {
    String[] words = text.split("\t", -1);
    return words.length == 3
        ? Optional.of(
            new SocketFile(
                path,
                words[0],
                new RunAs(
                    Optional.of(words[1]).filter(it -> !it.isEmpty()),
                    Optional.of(words[2]).filter(it -> !it.isEmpty()),
                    OptionalInt.empty(),
                    OptionalInt.empty())))
        : Optional.empty();
  }

  /// Returns all data except the path, as text that the next daemon passes to [#of].
  String text() {
    return number + "\t" + owner.user().orElse("") + "\t" + owner.group().orElse("");
  }

  /// Reports whether the path still refers to this file. Must be called while the socket is open.
  boolean isThere() {
    return number(path).equals(Optional.of(number));
  }

  private static Optional<String> number(String path) {
    return FileStatus.of(path).map(status -> status.key().toString());
  }

  /// Removes the file, unless the path refers to another file by now. Uses the credentials of its
  /// owner, who may be able to modify the directory and could otherwise mislead the daemon into
  /// removing a different file.
  void remove() {
    if (!isThere()) {
      return;
    }
    try {
      int result = CredentialThread.callOn(path, ChildCredentials.of(owner), DiskCalls::unlink);
      if (result < 0) {
        complain(Errno.message(-result));
      }
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
    }
  }

  private void complain(String why) {
    LOG.log(
        Level.WARNING,
        "the unix socket {0} was closed, but its file could not be removed: {1}",
        path,
        why);
  }
}
