package io.jpm.os.linux;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalInt;

/// The file by whose name clients find a unix socket.
///
/// @param path where it is
/// @param number what tells it from another one that gets the name: device and inode, which no
///   other has as long as the socket is open
/// @param owner as whom it was made, and is removed
record SocketFile(String path, String number, RunAs owner) {
  private static final Logger LOG = System.getLogger("jpm.os");

  private static final boolean ARM = System.getProperty("os.arch", "").equals("aarch64");
  private static final int STATX = ARM ? 291 : 332;
  private static final long HERE = -100; // AT_FDCWD
  private static final long NO_FOLLOW = 0x100;
  private static final long WANT_INODE = 0x100;
  private static final int STATX_BYTES = 256;
  private static final int INODE_AT = 32;
  private static final int MAJOR_AT = 136;
  private static final int MINOR_AT = 140;

  /// The one that has just been made at `path`; empty when it is gone again.
  static Optional<SocketFile> made(String path, RunAs runAs) {
    RunAs owner = new RunAs(runAs.user(), runAs.group(), OptionalInt.empty(), OptionalInt.empty());
    return number(path).map(number -> new SocketFile(path, number, owner));
  }

  /// Back from [#text].
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

  /// All but the path, for the next daemon.
  String text() {
    return number + "\t" + owner.user().orElse("") + "\t" + owner.group().orElse("");
  }

  /// Whether the name still leads to it. To be asked while the socket is open.
  boolean isThere() {
    return number(path).equals(Optional.of(number));
  }

  /// `statx(2)`, which is the same on all architectures.
  private static Optional<String> number(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment answer = arena.allocate(STATX_BYTES, 8);
      long name = Libc.text(arena, path).address();
      return Libc.systemCall(STATX, HERE, name, NO_FOLLOW, WANT_INODE, answer.address()) < 0
          ? Optional.empty()
          : Optional.of(
              "%d:%d:%d"
                  .formatted(
                      answer.get(ValueLayout.JAVA_INT, MAJOR_AT),
                      answer.get(ValueLayout.JAVA_INT, MINOR_AT),
                      answer.get(ValueLayout.JAVA_LONG, INODE_AT)));
    }
  }

  /// Removes it, unless something else has its name by now. With its owner's rights: in a folder
  /// that he may change the daemon's could be led astray.
  void remove() {
    if (!isThere()) {
      return;
    }
    try (Arena arena = Arena.ofShared()) {
      long name = Libc.text(arena, path).address();
      // With other rights only what has been called before may be called.
      DiskCalls.unlink(Libc.text(arena, "").address());
      int result = OtherSelf.callIfOther(Rights.of(owner), () -> DiskCalls.unlink(name));
      if (result < 0) {
        complain(Errno.words(-result));
      }
    } catch (IOException e) {
      complain(String.valueOf(e.getMessage()));
    }
  }

  private void complain(String why) {
    LOG.log(
        Level.WARNING, "the unix socket {0} is closed, but stays in its folder: {1}", path, why);
  }
}
