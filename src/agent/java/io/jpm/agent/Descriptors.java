package io.jpm.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What stands behind the numbers of a process's descriptors.
///
/// @param folder `/proc/self/fd`
record Descriptors(Path folder) {
  static Descriptors ofThisProcess() {
    return new Descriptors(Path.of("/proc/self/fd"));
  }

  /// Whether it is open, and a socket.
  boolean isSocket(int number) {
    return target(number).startsWith("socket:[");
  }

  /// Whether it is open, and the socket with this number of the kernel's.
  boolean isSocket(int number, String inode) {
    return target(number).equals("socket:[" + inode + "]");
  }

  /// Whether both are open, and the same socket.
  boolean same(int one, int other) {
    return isSocket(one) && target(one).equals(target(other));
  }

  /// The kernel's number of the socket; empty where it is none.
  String inode(int number) {
    String target = target(number);
    return target.startsWith("socket:[")
        ? target.substring("socket:[".length(), target.length() - 1)
        : "";
  }

  private String target(int number) {
    try {
      return Files.readSymbolicLink(folder.resolve(Integer.toString(number))).toString();
    } catch (IOException notOpen) {
      return "";
    }
  }
}
